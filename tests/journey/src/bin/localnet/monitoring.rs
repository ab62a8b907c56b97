//! What Prometheus is to read of this network.

use std::path::{Path, PathBuf};

use hashcard_journey_tests::{Network, Told};

/// Writes a configuration with each node as a target, under its name, and the alert rules of docs/operations; its path.
pub fn write(network: &Network, work: &Path, operations: &Path) -> Told<PathBuf> {
    let targets = network
        .members()
        .iter()
        .filter_map(|member| Some((member.name(), member.node.metrics()?)));
    let path = work.join("prometheus.yml");
    std::fs::write(&path, configuration(targets, &operations.join("alerts.yml")))?;
    Ok(path)
}

fn configuration<'a>(targets: impl Iterator<Item = (&'a str, String)>, alerts: &Path) -> String {
    let mut text = format!(
        "global:\n  scrape_interval: 5s\n  evaluation_interval: 5s\n\nrule_files:\n  - {:?}\n\n\
         scrape_configs:\n  - job_name: hashcard-node\n    static_configs:\n",
        alerts.display().to_string()
    );
    for (name, address) in targets {
        text +=
            &format!("      - targets:\n          - {address}\n        labels:\n          node: {name}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_is_a_target_under_its_name() {
        let targets = [
            ("Alice", "127.0.0.1:1".to_owned()),
            ("Full1", "127.0.0.1:2".to_owned()),
        ];
        let text = configuration(targets.into_iter(), Path::new("/a b/alerts.yml"));
        assert!(text.contains("  - \"/a b/alerts.yml\"\n"), "{text}");
        assert!(
            text.ends_with("          - 127.0.0.1:2\n        labels:\n          node: Full1\n"),
            "{text}"
        );
    }
}
