//! What nodes tell Prometheus.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Network;
use crate::failure::{Failure, Told};

/// Longest answer that is read: a node's has about 200 KiB.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;

impl Network {
    /// The sum of a node's figures whose lines begin with this name, and hold all of these labels; 0 if there are none.
    pub async fn figure(&self, at: usize, name: &str, labels: &[&str]) -> Told<f64> {
        let address = self.member(at).node.metrics();
        let address = address.ok_or_else(|| Failure::new("a node without metrics"))?;
        Ok(sum_of(&text_at(&address).await?, name, labels))
    }
}

async fn text_at(address: &str) -> Told<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn sum_of(text: &str, name: &str, labels: &[&str]) -> f64 {
    let value = |line: &str| -> Option<f64> {
        let rest = line.strip_prefix(name)?;
        let is_whole_name = rest.starts_with(['{', ' ']);
        let has_labels = labels.iter().all(|label| rest.contains(label));
        (is_whole_name && has_labels).then(|| line.rsplit(' ').next()?.parse().ok())?
    };
    text.lines().filter_map(value).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_one_name_are_summed_by_their_labels() {
        let text = "# TYPE a counter\na{chain=\"x\",result=\"ok\"} 2\na{chain=\"x\",result=\"bad\"} 3\na_more{result=\"ok\"} 9\nb 7\n";
        assert_eq!(sum_of(text, "a", &[]), 5.0);
        assert_eq!(sum_of(text, "a", &["result=\"bad\""]), 3.0);
        assert_eq!(sum_of(text, "b", &[]), 7.0);
        assert_eq!(sum_of(text, "c", &[]), 0.0);
    }
}
