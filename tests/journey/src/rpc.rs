//! A question to a node by JSON-RPC over HTTP, with nothing of the client under test in between.

use serde_json::{json, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::failure::{Failure, Told};

/// Longest answer that is read: a header has a few hundred bytes, the metadata of the runtime half a megabyte.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

/// The result of one call to the node on this loopback port.
pub async fn call(port: u16, method: &str, params: Value) -> Told<Value> {
    let failed = |why: String| Failure::new(format!("{method} at 127.0.0.1:{port}: {why}"));
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port))
        .await
        .map_err(|error| failed(error.to_string()))?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (_, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| failed("no HTTP answer".into()))?;
    let mut answer: Value =
        serde_json::from_str(body).map_err(|error| failed(format!("{error} in {body}")))?;
    match answer.get_mut("result") {
        Some(result) => Ok(result.take()),
        None => Err(failed(answer.to_string())),
    }
}
