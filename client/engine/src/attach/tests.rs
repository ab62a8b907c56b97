use super::*;
use crate::command::Discover;
use tokio::io::AsyncWriteExt;

fn request() -> Request {
    Request::new(Command::Card { card: 7 }, AccountName::DEFAULT, None)
}

/// Says one event and gives an outcome that repeats the request's card.
fn echo() -> Handler {
    Arc::new(|request, events| {
        Box::pin(async move {
            events
                .say(Event::Attached {
                    command: request.command.name().to_owned(),
                })
                .await;
            match request.command {
                Command::Card { card } => Ok(Outcome::Seeding { cards: vec![card] }),
                _ => Err(
                    EngineError::not_found("nothing of the kind", "ask for something else").with("call", "x"),
                ),
            }
        })
    })
}

struct Daemon {
    _folder: tempfile::TempDir,
    paths: HomePaths,
    serving: tokio::task::JoinHandle<()>,
}

impl Daemon {
    fn start(handler: Handler) -> Self {
        Self::start_below("", handler)
    }

    fn start_below(below: &str, handler: Handler) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = HomePaths::new(folder.path().join(below));
        std::fs::create_dir_all(paths.folder()).unwrap();
        let socket = Socket::listen(&paths).unwrap();
        let serving = tokio::spawn(async move { socket.serve(handler).await });
        Self {
            _folder: folder,
            paths,
            serving,
        }
    }

    async fn ask(&self, request: &Request) -> (Result<Outcome, EngineError>, Vec<Event>) {
        let (events, mut said) = Events::channel();
        let result = match ask(&self.paths, request, &events).await {
            Ok(Attached::Answered(result)) => *result,
            Ok(Attached::NobodyListens) => panic!("nobody listens"),
            Err(error) => Err(error),
        };
        drop(events);
        let mut heard = Vec::new();
        while let Some(event) = said.recv().await {
            heard.push(event);
        }
        (result, heard)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn events_come_before_the_outcome() {
    let daemon = Daemon::start(echo());
    let (result, heard) = daemon.ask(&request()).await;
    assert_eq!(result.unwrap(), Outcome::Seeding { cards: vec![7] });
    assert_eq!(
        heard,
        [Event::Attached {
            command: "card".into()
        }]
    );
}

#[tokio::test]
async fn an_error_arrives_as_it_was_said() {
    let daemon = Daemon::start(echo());
    let discover = Request::new(Command::Discover(Discover::default()), AccountName::DEFAULT, None);
    let error = daemon.ask(&discover).await.0.unwrap_err();
    assert_eq!(
        error,
        EngineError::not_found("nothing of the kind", "ask for something else").with("call", "x")
    );
}

#[tokio::test]
async fn many_commands_attach_at_once() {
    let daemon = Daemon::start(echo());
    let request = request();
    let asked = futures::future::join_all((0..100).map(|_| daemon.ask(&request))).await;
    assert!(asked.into_iter().all(|(result, _)| result.is_ok()));
}

#[tokio::test]
async fn a_home_that_lies_deep_has_a_socket_too() {
    let deep = ["d".repeat(80), "e".repeat(80)].join("/");
    let daemon = Daemon::start_below(&deep, echo());
    assert!(daemon.paths.socket().as_os_str().len() > MAX_SOCKET_PATH);
    assert!(daemon.ask(&request()).await.0.is_ok());
}

#[tokio::test]
async fn a_socket_nobody_listens_at_is_told_from_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let paths = HomePaths::new(folder.path());
    let (events, _said) = Events::channel();
    assert!(matches!(
        ask(&paths, &request(), &events).await,
        Ok(Attached::NobodyListens)
    ));
    // What a process that was killed leaves behind.
    drop(std::os::unix::net::UnixListener::bind(paths.socket()).unwrap());
    assert!(matches!(
        ask(&paths, &request(), &events).await,
        Ok(Attached::NobodyListens)
    ));
    assert!(Socket::listen(&paths).is_ok());
}

#[tokio::test]
async fn only_the_owner_can_read_and_write_the_socket() {
    let daemon = Daemon::start(echo());
    let mode = daemon.paths.socket().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn hanging_up_ends_the_command() {
    let (ended, was_ended) = tokio::sync::oneshot::channel::<()>();
    let ended = std::sync::Mutex::new(Some(ended));
    let daemon = Daemon::start(Arc::new(move |_, events| {
        let guard = ended.lock().unwrap().take();
        Box::pin(async move {
            let _guard = guard;
            events.say(Event::OrderFinalized { order: 1 }).await;
            std::future::pending::<()>().await;
            Ok(Outcome::Seeding { cards: vec![] })
        })
    }));
    let mut stream = UnixStream::connect(daemon.paths.socket()).await.unwrap();
    stream
        .write_all(&serde_json::to_vec(&request()).unwrap())
        .await
        .unwrap();
    stream.write_all(b"\n").await.unwrap();
    let mut reading = BufReader::new(stream);
    read_line(&mut reading, 1000).await.unwrap().unwrap();
    drop(reading);
    // The sender lives in the command, and is dropped with it.
    assert!(was_ended.await.is_err());
}

#[tokio::test]
async fn garbage_is_answered_with_an_error_and_the_daemon_goes_on() {
    let daemon = Daemon::start(echo());
    for garbage in [
        b"\n".to_vec(),
        b"{}\n".to_vec(),
        b"\xff\xff\n".to_vec(),
        b"{\"hashcard\":9,\"account\":null,\"node\":null,\"command\":\"keys\"}\n".to_vec(),
        b"{\"hashcard\":1,\"account\":\"a//b\",\"node\":null,\"command\":\"keys\"}\n".to_vec(),
        [vec![b'x'; MAX_REQUEST_LEN + 1], b"\n".to_vec()].concat(),
    ] {
        let stream = UnixStream::connect(daemon.paths.socket()).await.unwrap();
        let (reading, mut writing) = stream.into_split();
        // The daemon may answer before it has read all of a line that is too long.
        let _ = writing.write_all(&garbage).await;
        let answer = read_line(&mut BufReader::new(reading), MAX_ANSWER_LEN).await;
        if garbage.len() <= MAX_REQUEST_LEN {
            assert!(answer.unwrap().unwrap().starts_with(b"{\"error\":"));
        }
        assert!(daemon.ask(&request()).await.0.is_ok());
    }
}

#[test]
fn a_request_is_written_like_this() {
    let json = serde_json::to_string(&Request::new(
        Command::Card { card: 7 },
        AccountName::named("Alice").unwrap(),
        Some("ws://127.0.0.1:9944".into()),
    ))
    .unwrap();
    assert_eq!(
        json,
        r#"{"hashcard":1,"account":"Alice","node":"ws://127.0.0.1:9944","command":{"card":{"card":7}}}"#
    );
}
