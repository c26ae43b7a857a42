//! Which segments are the next to go. Words are written out where a partial index must recognize
//! them.

use nightjar_media::WallTime;
use nightjar_model::{CameraId, NodeId, SegmentId, StreamName};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::entity::segment::{Column, Entity};

pub(crate) fn local(node: &NodeId, remote: bool) -> Select<Entity> {
    Entity::find()
        .filter(Expr::cust("is_local AND state = 'finished'"))
        .filter(Column::Node.eq(node.0.as_str()))
        .filter(Column::IsRemote.eq(remote))
        .order_by_asc(Column::StartAt)
}

pub(crate) fn finished(camera: CameraId, stream: StreamName, before: Option<WallTime>) -> Select<Entity> {
    let query = Entity::find()
        .filter(Column::CameraId.eq(camera.0))
        .filter(Column::Stream.eq(stream.as_str()))
        .filter(Column::State.eq("finished"))
        .order_by_asc(Column::StartAt);
    let Some(before) = before.map(WallTime::micros) else { return query };
    // A segment starts before it ends, so the first bounds what is read of the index.
    query.filter(Column::StartAt.lte(before)).filter(Column::EndAt.lte(before))
}

pub(crate) fn local_copies(node: &NodeId, uploaded_before: WallTime) -> Select<Entity> {
    Entity::find()
        .filter(Expr::cust("is_local AND is_remote AND state = 'finished'"))
        .filter(Column::Node.eq(node.0.as_str()))
        .filter(Column::UploadedAt.lte(uploaded_before.micros()))
        .order_by_asc(Column::UploadedAt)
}

pub(crate) fn deleting(after: Option<SegmentId>) -> Select<Entity> {
    let all = Entity::find().filter(Expr::cust("state = 'deleting'")).order_by_asc(Column::Id);
    match after {
        Some(after) => all.filter(Column::Id.gt(after.0)),
        None => all,
    }
}
