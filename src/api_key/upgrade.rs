//! States of earlier versions of the schema.

use tfplugin::resource::Upgrade;
use tfplugin::{Attr, Model};

use super::model::ApiKeyModel;

/// Version 0, before keys could rotate. Never changed again.
#[derive(Model)]
struct ApiKeyModelV0 {
    id: Attr<String>,
    service_account_id: Attr<String>,
    name: Attr<String>,
    key: Attr<String>,
    key_id: Attr<String>,
    created_at: Attr<String>,
}

pub(super) fn upgrades() -> Vec<Upgrade> {
    vec![Upgrade::new(0, |old: ApiKeyModelV0| {
        let ApiKeyModelV0 { id, service_account_id, name, key, key_id, created_at } = old;
        let model = ApiKeyModel { id, service_account_id, name, key, key_id, created_at, ..ApiKeyModel::default() };
        Ok(ApiKeyModel { secret_version: 1.into(), ..model })
    })]
}
