//! The database behind the server's back: an audit trail that can't be written, and everything that
//! is stored, to compare.

use std::process::Command;

const REFUSE_SQLITE: &str = "CREATE TRIGGER test_refuse BEFORE INSERT ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit trail is out of order'); END";
const REFUSE_POSTGRES: &str = "CREATE FUNCTION test_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit trail is out of order'; END $$;
    CREATE TRIGGER test_refuse BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION test_refuse()";

/// The database of a studio.
pub(crate) struct Store<'a>(pub(crate) &'a str);

impl Store<'_> {
    fn file(&self) -> Option<&str> {
        self.0.strip_prefix("sqlite://")
    }

    /// No entry can be added to the audit trail from now on.
    pub(crate) fn break_trail(&self) {
        self.execute(if self.file().is_some() { REFUSE_SQLITE } else { REFUSE_POSTGRES });
    }

    /// The audit trail works again.
    pub(crate) fn mend_trail(&self) {
        self.execute(match self.file() {
            Some(_) => "DROP TRIGGER test_refuse",
            None => "DROP FUNCTION test_refuse() CASCADE",
        });
    }

    pub(crate) fn execute(&self, command: &str) {
        match self.file() {
            Some(file) => {
                let program = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
db.execute('PRAGMA foreign_keys = ON')
db.executescript(sys.argv[2])";
                output(Command::new("python3").args(["-c", program, file, command]));
            }
            None => {
                let psql = ["--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-d", self.0, "-c", command];
                output(Command::new("psql").args(psql));
            }
        }
    }

    /// All rows of all tables, in a fixed order.
    pub(crate) fn rows(&self) -> Vec<String> {
        let text = match self.file() {
            Some(file) => {
                let program = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=20)
print('\\n'.join(line for line in db.iterdump() if line.startswith('INSERT')))";
                output(Command::new("python3").args(["-c", program, file]))
            }
            None => output(Command::new("pg_dump").args(["--data-only", "--inserts", "-d", self.0])),
        };
        let mut rows: Vec<String> =
            text.lines().filter(|line| line.starts_with("INSERT")).map(str::to_owned).collect();
        rows.sort_unstable();
        rows
    }
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}
