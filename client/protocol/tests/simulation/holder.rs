//! What nodes do when they are asked: honest ones through [`hashcard_protocol::Upload`], others in their manner.

use super::{Event, Job, Manner, NodeId, World};
use hashcard_primitives::blob::chunk_len;
use hashcard_primitives::coverage::Coverage;
use hashcard_protocol::limits::PREFIX_LEN;
use hashcard_protocol::{Answer, Bitfield, Download, Request};
use std::time::Duration;

impl World {
    pub(super) fn asked(&mut self, from: NodeId, to: NodeId, epoch: u64, frame: &[u8]) {
        let (id, request) = Request::decode(&frame[PREFIX_LEN..]).unwrap();
        let node = &mut self.nodes[to];
        let is_chunk = matches!(request, Request::Chunk { .. });
        match node.spec.manner {
            Manner::Silent if is_chunk || request == Request::Cancel => return,
            Manner::Busy if is_chunk => {
                let busy = Answer::Busy {
                    retry_after: Duration::from_millis(700),
                };
                return self.send(to, from, epoch, busy.frame(id).unwrap());
            }
            Manner::Babbles if is_chunk => return self.send(to, from, epoch, vec![0xee; 40]),
            Manner::Pushes if is_chunk => {
                let slice = Answer::Slice {
                    bytes: slice_bytes(0, true),
                };
                self.send(to, from, epoch, slice.frame(id.wrapping_add(1000)).unwrap());
            }
            _ => {}
        }
        let node = &mut self.nodes[to];
        if request == Request::Cancel {
            let withdrawn = node
                .upload
                .withdraw(from, |job| job.epoch == epoch && job.id == id);
            if !withdrawn.is_empty() {
                self.send(to, from, epoch, Answer::Cancelled.frame(id).unwrap());
            }
            return;
        }
        match node.upload.request(from, Job { epoch, id, request }) {
            Ok(()) => self.serve(to),
            Err(busy) => {
                let busy = Answer::Busy {
                    retry_after: busy.retry_after,
                };
                self.send(to, from, epoch, busy.frame(id).unwrap());
            }
        }
    }

    /// Begins what the upload machine wants to be sent: the uplink sends one thing after another.
    pub(super) fn serve(&mut self, id: NodeId) {
        loop {
            while let Some((to, job)) = self.nodes[id].upload.begin() {
                let began_at = self.now;
                self.nodes[id].uplink.push_back((to, job, began_at));
            }
            if self.nodes[id].sending {
                return;
            }
            let Some((to, job, began_at)) = self.nodes[id].uplink.pop_front() else {
                return;
            };
            if !self.is_current(to, id, job.epoch) {
                let took = self.now - began_at;
                self.nodes[id].upload.finished(to, took);
                continue;
            }
            let size = match job.request {
                Request::Chunk { chunk, .. } if self.holds(id, chunk) => {
                    chunk_len(self.blob_len, chunk) + 1000
                }
                _ => 100,
            };
            let node = &mut self.nodes[id];
            node.sending = true;
            let wait = Duration::from_secs_f64(size as f64 / node.spec.uplink as f64);
            self.after(
                wait,
                Event::Sent {
                    by: id,
                    to,
                    job,
                    began_at,
                },
            );
        }
    }

    pub(super) fn answer(&mut self, by: NodeId, to: NodeId, job: Job) {
        if !self.nodes[by].present || !self.is_current(to, by, job.epoch) {
            return;
        }
        let manner = self.nodes[by].spec.manner;
        let answer = match job.request {
            Request::Have { page, .. } => {
                let held = match manner {
                    Manner::Honest => self.held(by).clone(),
                    _ => Bitfield::claimed(self.blob_len, Coverage(u64::MAX)).unwrap(),
                };
                Answer::Holding {
                    blob_len: self.blob_len,
                    page,
                    bits: held.page(page).unwrap().to_vec(),
                }
            }
            Request::Chunk { chunk, .. } => match manner {
                Manner::Denies => Answer::NotHeld,
                Manner::LiesAlways => Answer::Slice {
                    bytes: slice_bytes(chunk, false),
                },
                Manner::LiesAbout(victim) => Answer::Slice {
                    bytes: slice_bytes(chunk, chunk != victim),
                },
                _ if self.holds(by, chunk) => Answer::Slice {
                    bytes: slice_bytes(chunk, true),
                },
                _ => Answer::NotHeld,
            },
            Request::Cancel => return,
        };
        self.send(by, to, job.epoch, answer.frame(job.id).unwrap());
    }

    fn send(&mut self, from: NodeId, to: NodeId, epoch: u64, frame: Vec<u8>) {
        let latency = self.latency(from, to);
        self.after(
            latency,
            Event::Answered {
                from,
                to,
                epoch,
                frame,
            },
        );
    }

    pub(super) fn held(&self, id: NodeId) -> &Bitfield {
        let node = &self.nodes[id];
        node.download.as_ref().map_or(&node.spec.held, Download::held)
    }

    fn holds(&self, id: NodeId, chunk: u64) -> bool {
        self.nodes[id].spec.manner != Manner::Honest || self.held(id).get(chunk)
    }
}

/// A slice: which chunk it is, and whether it is genuine.
pub(super) fn slice_bytes(chunk: u64, genuine: bool) -> Vec<u8> {
    let mut bytes = chunk.to_le_bytes().to_vec();
    bytes.push(u8::from(genuine));
    bytes
}
