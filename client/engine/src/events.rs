//! What a command says while it works, on its way to whoever asked for it.
//!
//! **A slow reader never slows the work, and never misses what matters**: progress is left out when the reader lags,
//! everything else waits for it. A reader that is gone ends work that would go on for nobody.

use tokio::sync::mpsc;

use crate::command::Event;

/// Events that may wait for a reader.
const WAITING: usize = 256;

/// The speaking end. Clones speak to the same reader.
#[derive(Clone)]
pub struct Events(mpsc::Sender<Event>);

impl Events {
    /// Both ends.
    pub fn channel() -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), receiver)
    }

    /// Says it. Waits for a slow reader unless it is progress.
    pub async fn say(&self, event: Event) {
        if event.is_progress() {
            self.progress(event);
        } else {
            // Nobody listening is no failure of the work.
            let _ = self.0.send(event).await;
        }
    }

    /// Says it if there is room, from code that cannot wait.
    pub fn progress(&self, event: Event) {
        let _ = self.0.try_send(event);
    }

    /// Whether nobody listens any more.
    pub fn is_deserted(&self) -> bool {
        self.0.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn progress_is_left_out_for_a_slow_reader_and_the_rest_is_not() {
        let (events, mut reader) = Events::channel();
        for done in 0..1000 {
            events.say(Event::Reading { done, total: 1000 }).await;
        }
        let speaker = events.clone();
        let said = tokio::spawn(async move { speaker.say(Event::OrderFinalized { order: 1 }).await });
        let mut count = 0;
        drop(events);
        let mut last = None;
        while let Some(event) = reader.recv().await {
            count += 1;
            last = Some(event);
        }
        said.await.unwrap();
        assert_eq!(count, WAITING + 1);
        assert_eq!(last, Some(Event::OrderFinalized { order: 1 }));
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_is_noticed() {
        let (events, reader) = Events::channel();
        assert!(!events.is_deserted());
        drop(reader);
        events.say(Event::OrderFinalized { order: 1 }).await;
        assert!(events.is_deserted());
    }
}
