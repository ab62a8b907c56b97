fn main() {
    #[cfg(feature = "wasm")]
    build_wasm();
}

#[cfg(feature = "wasm")]
fn build_wasm() {
    // The builder hands this crate's features on to the wasm build, where these two would ask for std and for
    // the builder itself.
    for feature in ["CARGO_FEATURE_WASM", "CARGO_FEATURE_METADATA_HASH"] {
        std::env::remove_var(feature);
    }
    let builder = substrate_wasm_builder::WasmBuilder::init_with_defaults();
    #[cfg(feature = "metadata-hash")]
    let builder = builder.enable_metadata_hash("CARD", 12);
    builder.build();
}
