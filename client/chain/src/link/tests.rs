//! Against a real socket: a server that speaks just enough WebSocket to misbehave.

use super::*;
use crate::{metadata::COMMITTED_BYTES, testing::hexed, Chain};
use codec::Encode;
use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// What the server does with the question of a method; `None` is to close the connection.
type Script = fn(connection: usize, method: &str) -> Option<Value>;

/// What an honest node of the committed runtime says at `connect`.
fn honest(method: &str) -> Option<Value> {
    Some(match method {
        "chain_getBlockHash" => json!(format!("0x{:064x}", 7)),
        "state_getRuntimeVersion" => {
            json!({ "specName": "hashcard", "specVersion": 1, "transactionVersion": 1 })
        }
        "state_call" => json!(hexed(&Some(COMMITTED_BYTES).encode())),
        "chain_getFinalizedHead" => json!(format!("0x{:064x}", 8)),
        _ => return None,
    })
}

async fn serve(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for connection in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(stream, connection, script));
        }
    });
    url
}

async fn talk(stream: TcpStream, connection: usize, script: Script) {
    let Ok(mut socket) = accept_async(stream).await else {
        return;
    };
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let question: Value = serde_json::from_str(&text).unwrap();
        let Some(result) = script(connection, question["method"].as_str().unwrap()) else {
            return;
        };
        let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
        if socket.send(Message::text(answer.to_string())).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn a_node_that_is_not_there_is_told_at_once() {
    // A port that was free a moment ago.
    let url = format!(
        "ws://{}",
        TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
    );
    assert!(matches!(Chain::connect(&url).await, Err(ChainError::NodeDown { url: told, .. }) if told == url));
}

#[tokio::test]
async fn what_is_no_address_of_a_node_is_told() {
    for url in [
        "",
        "ws://",
        "http://127.0.0.1:9944",
        "127.0.0.1:9944",
        "file:///etc",
    ] {
        assert!(
            matches!(Chain::connect(url).await, Err(ChainError::BadUrl { .. })),
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_under_a_question_is_mended() {
    let url = serve(|connection, method| match (connection, method) {
        (0, "chain_getFinalizedHead") => None,
        _ => honest(method),
    })
    .await;
    let chain = Chain::connect(&url).await.unwrap();
    assert_eq!(chain.at_finalized().await.unwrap().hash()[31], 8);
}

#[tokio::test]
async fn a_node_that_comes_back_with_another_chain_is_refused() {
    let url = serve(|connection, method| match (connection, method) {
        (0, "chain_getFinalizedHead") => None,
        (1.., "chain_getBlockHash") => Some(json!(format!("0x{:064x}", 9))),
        _ => honest(method),
    })
    .await;
    let chain = Chain::connect(&url).await.unwrap();
    assert!(matches!(
        chain.finalized().await,
        Err(ChainError::WrongChain { .. })
    ));
    assert_eq!(chain.genesis()[31], 7);
}

#[tokio::test]
async fn a_chain_of_another_kind_is_refused() {
    let url = serve(|_, method| match method {
        "state_getRuntimeVersion" => {
            Some(json!({ "specName": "polkadot", "specVersion": 1, "transactionVersion": 1 }))
        }
        _ => honest(method),
    })
    .await;
    assert!(
        matches!(Chain::connect(&url).await, Err(ChainError::WrongChain { found, .. }) if found == "polkadot")
    );
}

#[tokio::test]
async fn answers_of_the_wrong_kind_are_refused() {
    let url = serve(|_, method| match method {
        "chain_getFinalizedHead" => Some(json!({ "head": [1, 2, 3] })),
        _ => honest(method),
    })
    .await;
    let chain = Chain::connect(&url).await.unwrap();
    assert!(matches!(
        chain.finalized().await,
        Err(ChainError::HostileAnswer { .. })
    ));
    let url = serve(|_, method| {
        (method != "chain_getBlockHash")
            .then_some(json!(0))
            .or(Some(json!("0x01")))
    })
    .await;
    assert!(matches!(
        Chain::connect(&url).await,
        Err(ChainError::HostileAnswer { .. })
    ));
}

#[tokio::test]
async fn metadata_that_is_none_is_refused_without_a_panic() {
    for bytes in [
        Option::<Vec<u8>>::None.encode(),
        Some(b"meta\x10".to_vec()).encode(),
        Some([&COMMITTED_BYTES[..COMMITTED_BYTES.len() / 2], &[0xff; 99]].concat()).encode(),
        vec![1, 0xff, 0xff, 0xff, 0xff],
    ] {
        let fake = crate::testing::FakeChain::new();
        fake.state()
            .answers
            .insert("Metadata_metadata_at_version".into(), [bytes].into());
        assert!(matches!(
            fake.dial().await,
            Err(ChainError::HostileAnswer { .. } | ChainError::Incompatible { .. })
        ));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_long_is_never_held() {
    // The limit ends the connection, so to the caller the node is one that does not answer.
    let url = serve(|_, method| match method {
        "chain_getFinalizedHead" => Some(json!("0".repeat(MAX_ANSWER_JSON as usize))),
        _ => honest(method),
    })
    .await;
    let link = Link::open(&url, WebSocket::new(&url).unwrap()).await.unwrap();
    let asked = link
        .ask_once::<Value>("chain_getFinalizedHead", rpc_params![])
        .await;
    assert!(matches!(asked, Err(Trouble::Lost(_))));
}

#[tokio::test(start_paused = true)]
async fn patience_with_a_node_that_is_away_ends() {
    let fake = crate::testing::FakeChain::new();
    let chain = fake.dial().await.unwrap();
    fake.state().down = true;
    let began = Instant::now();
    assert!(matches!(
        chain.finalized().await,
        Err(ChainError::NodeDown { .. })
    ));
    let waited = began.elapsed();
    assert!(waited > PATIENCE / 2 && waited <= PATIENCE, "{waited:?}");
    // And it begins anew with the next question.
    fake.state().down = false;
    assert!(chain.finalized().await.is_ok());
}
