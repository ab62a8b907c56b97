//! Starting and ending a node.

use super::*;

#[tokio::test]
async fn a_port_that_another_program_has_is_named_in_the_error() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(NetworkLimits::default());
    config.listen = vec![other.local_addr().unwrap()];
    let error = Network::start(config, Arc::new(Nothing)).await.err().unwrap();
    assert!(matches!(error, StartError::PortTaken(_)));
    let port = other.local_addr().unwrap().port();
    assert!(
        error.to_string().contains(&format!("port {port} is taken")),
        "{error}"
    );
}

#[tokio::test]
async fn a_port_that_another_node_has_is_refused_and_free_again_when_it_stops() {
    let first = node(Arc::new(Nothing)).await;
    let text = address_text(&first.addresses()[0]);
    let port: u16 = text.rsplit('/').next().unwrap().parse().unwrap();
    let same_port = || {
        let mut config = config(NetworkLimits::default());
        config.listen = vec![([127, 0, 0, 1], port).into()];
        config
    };
    let error = Network::start(same_port(), Arc::new(Nothing))
        .await
        .err()
        .unwrap();
    assert!(matches!(error, StartError::PortTaken(at) if at.port() == port));
    soon(first.stop()).await;
    Network::start(same_port(), Arc::new(Nothing)).await.unwrap();
}

#[tokio::test]
async fn a_node_that_listens_everywhere_says_where_that_is() {
    let mut config = config(NetworkLimits::default());
    config.listen = vec!["0.0.0.0:0".parse().unwrap()];
    let addresses = Network::start(config, Arc::new(Nothing))
        .await
        .unwrap()
        .addresses();
    assert!(!addresses.is_empty());
    assert!(addresses
        .iter()
        .all(|address| !address_text(address).contains("/0.0.0.0/")));
}

#[tokio::test]
async fn the_same_seed_is_the_same_peer() {
    let start = |byte| async move {
        let config = Config {
            identity: Zeroizing::new([byte; 32]),
            ..config(NetworkLimits::default())
        };
        Network::start(config, Arc::new(Nothing)).await.unwrap().peer_id()
    };
    let peer = start(1).await;
    assert_eq!(peer, start(1).await);
    assert_ne!(peer, start(2).await);
    assert_eq!(peer_binary(&peer_text(&peer)).unwrap(), peer);
}

#[tokio::test]
async fn what_is_announced_goes_on_chain_instead_of_what_is_listened_on() {
    let mut config = config(NetworkLimits::default());
    config.announce = vec!["/dns4/seed.example/tcp/4001".into()];
    let node = Network::start(config, Arc::new(Nothing)).await.unwrap();
    assert_eq!(
        node.addresses(),
        [address_binary("/dns4/seed.example/tcp/4001").unwrap()]
    );
}

#[tokio::test]
async fn an_address_to_announce_that_is_none_is_an_error() {
    let mut config = config(NetworkLimits::default());
    config.announce = vec!["my house".into()];
    assert!(matches!(
        Network::start(config, Arc::new(Nothing)).await,
        Err(StartError::Address(_))
    ));
}

#[tokio::test]
async fn a_fetch_on_a_stopped_node_fails() {
    let seeder = node(honest(CHUNK_LEN)).await;
    let leecher = node(Arc::new(Nothing)).await;
    soon(leecher.clone().stop()).await;
    let (events, _told) = mpsc::channel(10);
    let fetch = leecher
        .fetch(
            request(CHUNK_LEN, vec![seat(&seeder)]),
            Basket::new(CHUNK_LEN),
            events,
        )
        .unwrap();
    assert!(matches!(soon(fetch.run()).await, Err(FetchError::Stopped)));
}
