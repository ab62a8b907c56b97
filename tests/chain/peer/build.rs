fn main() {
    #[cfg(feature = "wasm")]
    {
        // The builder hands features on to the wasm build, where this one would ask for std and for the builder itself.
        std::env::remove_var("CARGO_FEATURE_WASM");
        substrate_wasm_builder::WasmBuilder::init_with_defaults().build();
    }
}
