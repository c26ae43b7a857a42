//! Small values of the installation, by name.

use sea_orm::{ConnectionTrait, Statement, Value};

use crate::sql::statement;
use crate::{Catalog, Result};

impl Catalog {
    /// A setting's value.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let select = statement(self.reader(), "SELECT value FROM settings WHERE name = $1", [name.into()]);
        let row = self.reader().query_one_raw(select).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Sets a setting.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let text = "INSERT INTO settings (name, value) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.change_settings(text, [name.into(), value.into()]).await?;
        Ok(())
    }

    /// Removes a setting if it has this value; of several that try at once, one gets true.
    pub async fn take_setting(&self, name: &str, expected: &str) -> Result<bool> {
        let text = "DELETE FROM settings WHERE name = $1 AND value = $2";
        Ok(self.change_settings(text, [name.into(), expected.into()]).await? == 1)
    }

    async fn change_settings(&self, text: &str, values: [Value; 2]) -> Result<u64> {
        let change: Statement = statement(self.writer(), text, values);
        let changed = self.write(|| async { Ok(self.writer().execute_raw(change.clone()).await?) }).await?;
        Ok(changed.rows_affected())
    }
}
