fn main() {
    sp_io::TestExternalities::default().execute_with(|| {
        let metadata = hashcard_runtime::Runtime::metadata_at_version(16).expect("version 16");
        let bytes: Vec<u8> = (*metadata).clone();
        std::fs::write(std::env::args().nth(1).expect("a path"), bytes).expect("written");
    });
}
