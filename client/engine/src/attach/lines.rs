//! Lines of a bounded length.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

use crate::error::{Code, EngineError};

/// The next line without its end; `None` at the end of the stream. One longer than `max` bytes is refused before it
/// is held in memory.
pub async fn read_line(
    reading: &mut (impl AsyncBufRead + Unpin),
    max: usize,
) -> Result<Option<Vec<u8>>, EngineError> {
    let mut line = Vec::new();
    loop {
        let buffered = reading.fill_buf().await.map_err(broken)?;
        if buffered.is_empty() {
            return if line.is_empty() {
                Ok(None)
            } else {
                Err(broken("it ended in the middle of a line"))
            };
        }
        let (part, taken, ended) = match buffered.iter().position(|byte| *byte == b'\n') {
            Some(at) => (&buffered[..at], at.saturating_add(1), true),
            None => (buffered, buffered.len(), false),
        };
        if line.len().saturating_add(part.len()) > max {
            return Err(broken(format!("it sent a line of more than {max} bytes")));
        }
        line.extend_from_slice(part);
        reading.consume(taken);
        if ended {
            return Ok(Some(line));
        }
    }
}

/// Sends a line. JSON on one line has no line ends in it.
pub async fn write_line(
    writing: &mut (impl AsyncWrite + Unpin),
    mut line: Vec<u8>,
) -> Result<(), EngineError> {
    line.push(b'\n');
    writing.write_all(&line).await.map_err(broken)?;
    writing.flush().await.map_err(broken)
}

fn broken(why: impl std::fmt::Display) -> EngineError {
    EngineError::new(
        Code::Home,
        format!("the conversation through the home's socket broke: {why}"),
        "try again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    async fn lines(bytes: &[u8], max: usize) -> Vec<Result<Option<Vec<u8>>, Code>> {
        let mut reading = BufReader::with_capacity(3, bytes);
        let mut out = Vec::new();
        loop {
            let line = read_line(&mut reading, max).await.map_err(|error| error.code);
            let last = !matches!(line, Ok(Some(_)));
            out.push(line);
            if last {
                return out;
            }
        }
    }

    #[tokio::test]
    async fn lines_come_one_by_one() {
        let some = |text: &str| Ok(Some(text.as_bytes().to_vec()));
        assert_eq!(
            lines(b"one\n\nthree\n", 10).await,
            [some("one"), some(""), some("three"), Ok(None)]
        );
    }

    #[tokio::test]
    async fn a_line_beyond_the_bound_or_without_its_end_is_refused() {
        assert_eq!(lines(b"12345\n", 5).await[0], Ok(Some(b"12345".to_vec())));
        assert_eq!(lines(b"123456\n", 5).await, [Err(Code::Home)]);
        assert_eq!(lines(&[b'x'; 100], 5).await, [Err(Code::Home)]);
        assert_eq!(lines(b"123", 5).await, [Err(Code::Home)]);
    }
}
