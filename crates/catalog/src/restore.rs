//! Rebuilding the catalog from the files.

use nightjar_model::{Gap, Segment, SegmentIndex};
use sea_orm::Iterable;
use sea_orm::sea_query::OnConflict;

use crate::entity::{gap, segment};
use crate::ledger::{upsert_gaps, upsert_indexes, upsert_segments};
use crate::{Catalog, Result};

impl Catalog {
    /// Inserts segments and gaps that were read from files; rows with the same ids are replaced.
    /// Their cameras must be there. One transaction.
    pub async fn insert_restored(&self, segments: &[(Segment, SegmentIndex)], gaps: &[Gap]) -> Result<()> {
        self.write(|| self.insert_restored_once(segments, gaps)).await
    }

    async fn insert_restored_once(&self, segments: &[(Segment, SegmentIndex)], gaps: &[Gap]) -> Result<()> {
        let replace_segment = OnConflict::column(segment::Column::Id)
            .update_columns(segment::Column::iter().filter(|column| !matches!(column, segment::Column::Id)))
            .to_owned();
        let rows: Vec<&Segment> = segments.iter().map(|(segment, _)| segment).collect();
        let indexes: Vec<_> = segments.iter().map(|(segment, index)| (segment.id, index.encode())).collect();
        let gaps: Vec<&Gap> = gaps.iter().collect();
        let transaction = self.begin().await?;
        upsert_segments(&transaction, &rows, replace_segment).await?;
        upsert_indexes(&transaction, &indexes).await?;
        upsert_gaps(&transaction, &gaps, replace_gap()).await?;
        Ok(transaction.commit().await?)
    }
}

/// A gap that is there becomes another one.
pub(crate) fn replace_gap() -> OnConflict {
    OnConflict::column(gap::Column::Id)
        .update_columns(gap::Column::iter().filter(|column| !matches!(column, gap::Column::Id)))
        .to_owned()
}
