//! Messages on a stream. A length is believed only within its bound, and only for so long.

use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use hashcard_protocol::limits::PREFIX_LEN;
use hashcard_protocol::messages::{body_len, DecodeError};
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// Why there is no message.
#[derive(thiserror::Error, Debug)]
pub(crate) enum FrameError {
    /// The stream broke.
    #[error("the stream broke: {0}")]
    Io(#[from] io::Error),
    /// The length is beyond the bound.
    #[error(transparent)]
    TooLong(#[from] DecodeError),
    /// It began, and did not go on.
    #[error("a message did not arrive within {0:?}")]
    Slow(Duration),
}

/// Waits for the next message. `None` when the other side ended the stream. Takes nothing from the stream when it is
/// dropped before the message has begun.
pub(crate) async fn begin_frame<R: AsyncRead + Unpin>(reader: &mut R) -> io::Result<Option<u8>> {
    let mut first = [0];
    let read = reader.read(&mut first).await?;
    Ok((read > 0).then_some(first[0]))
}

/// The body of the message that began with `first`: at most `max` bytes, within `within`.
pub(crate) async fn finish_frame<R: AsyncRead + Unpin>(
    reader: &mut R,
    first: u8,
    max: usize,
    within: Duration,
) -> Result<Vec<u8>, FrameError> {
    let rest = async {
        let mut prefix = [0; PREFIX_LEN];
        prefix[0] = first;
        reader.read_exact(&mut prefix[1..]).await?;
        let mut body = vec![0; body_len(prefix, max)?];
        reader.read_exact(&mut body).await?;
        Ok(body)
    };
    timeout(within, rest)
        .await
        .unwrap_or(Err(FrameError::Slow(within)))
}

/// Writes a message that was framed already.
pub(crate) async fn write_frame<W: AsyncWrite + Unpin>(
    writer: &mut W,
    frame: &[u8],
    within: Duration,
) -> Result<(), FrameError> {
    let all = async {
        writer.write_all(frame).await?;
        writer.flush().await?;
        Ok(())
    };
    timeout(within, all)
        .await
        .unwrap_or(Err(FrameError::Slow(within)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;
    use futures::TryStreamExt;

    const SECOND: Duration = Duration::from_secs(1);

    async fn read(bytes: &[u8], max: usize) -> Result<Option<Vec<u8>>, FrameError> {
        let mut reader = Cursor::new(bytes.to_vec());
        let Some(first) = begin_frame(&mut reader).await? else {
            return Ok(None);
        };
        finish_frame(&mut reader, first, max, SECOND).await.map(Some)
    }

    #[tokio::test]
    async fn a_message_is_its_prefix_and_its_body() {
        assert_eq!(read(&[2, 0, 0, 0, 8, 9, 7], 2).await.unwrap(), Some(vec![8, 9]));
        assert_eq!(read(&[], 2).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_length_beyond_the_bound_and_an_early_end_are_errors() {
        assert!(matches!(
            read(&[3, 0, 0, 0, 1, 1, 1], 2).await,
            Err(FrameError::TooLong(_))
        ));
        assert!(matches!(
            read(&[0xff; 8], 1 << 20).await,
            Err(FrameError::TooLong(_))
        ));
        assert!(matches!(read(&[2, 0, 0, 0, 8], 2).await, Err(FrameError::Io(_))));
        assert!(matches!(read(&[2, 0], 2).await, Err(FrameError::Io(_))));
    }

    #[tokio::test]
    async fn a_message_that_does_not_go_on_is_an_error() {
        let mut never = futures::stream::pending::<io::Result<Vec<u8>>>().into_async_read();
        let ended = finish_frame(&mut never, 1, 9, Duration::from_millis(20)).await;
        assert!(matches!(ended, Err(FrameError::Slow(_))));
    }
}
