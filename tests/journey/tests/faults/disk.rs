//! A disk that is full.

use hashcard_journey_tests::network::genesis::name_of;
use hashcard_journey_tests::{ensure, Failure, Network, Plan, Setting, Told};

/// Room for a chain of some minutes.
const DISK_MEBIBYTES: u32 = 64;
/// Blocks within which a node notices that it cannot write.
const NOTICED_WITHIN: u32 = 30;
/// Blocks that become final while it is away.
const WITHOUT_ONE: u32 = 4;

pub async fn a_full_disk_ends_its_node_alone_and_with_room_again_it_goes_on_where_it_was() -> Told {
    let folder = tempfile::tempdir()?;
    let plan = Plan::of(4);
    let mut validators: Vec<_> = (0..plan.validators)
        .map(|number| (name_of(number), Setting::validator(&name_of(number))))
        .collect();
    validators[3].1.small_disk = Some(DISK_MEBIBYTES);
    let mut network = Network::open_with(folder.path(), plan, validators).await?;
    network.finalize(3, 3).await?;

    let had = network.member(3).node.finalized().await?;
    let no_disk = || Failure::new("its disk is not there");
    network.member(3).disk.as_ref().ok_or_else(no_disk)?.fill()?;
    let watched = network.member(0).node.finalized().await? + NOTICED_WITHIN;
    let mut noticed = None;
    for height in network.member(0).node.finalized().await? + 1..=watched {
        network.finalize(0, height).await?;
        if network.member_mut(3).node.has_ended()? {
            noticed = Some(network.ended(3).await?);
            break;
        }
    }
    let status = noticed.ok_or_else(|| {
        let failure = Failure::new(format!("it ran on for {NOTICED_WITHIN} blocks with a full disk"));
        network.member(3).node.process().blame(failure)
    })?;
    ensure(!status.success(), || {
        format!("it ended as if all were well: {status}")
    })?;

    // The others never stopped.
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2], height + WITHOUT_ONE).await?;

    network.member(3).disk.as_ref().ok_or_else(no_disk)?.free()?;
    network.restart_alone(3).await?;
    let has = network.member(3).node.finalized().await?;
    ensure(has + 1 >= had, || {
        format!("block {had} was final, and its database opens at {has}")
    })?;
    network.join(3).await?;
    let height = network.member(0).node.finalized().await?;
    network.agree(&[0, 1, 2, 3], height + 1).await.map(drop)
}
