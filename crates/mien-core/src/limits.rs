//! Limits of the domain, all configurable; defaults are those of BEHAVIOUR 12.

use crate::account::AccountId;
use crate::value::ModelVersion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Limits of the domain. Limits on requests, images and analysis belong to the API, not to the domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Groups of one account.
    pub groups_per_account: u64,
    /// Faces of one account; a face counts once however many groups its person is in.
    pub faces_per_account: u64,
    /// Faces of one group of version 2.0, and of all groups of one search of that version.
    pub faces_per_group_v2: u64,
    /// The same for version 3.0.
    pub faces_per_group_v3: u64,
    /// Groups that one person may be in.
    pub groups_per_person: u64,
    /// Faces of one person.
    pub faces_per_person: u64,
    /// Images that may be added to a person in one call.
    pub images_per_call: usize,
    /// Description fields of one group.
    pub fields_per_group: usize,
    /// Groups named in one call of CopyPerson.
    pub groups_per_copy: usize,
    /// Groups in one search.
    pub groups_per_search: usize,
    /// Groups in one search that answers group by group.
    pub groups_per_search_by_group: usize,
    /// Faces of the given image that may be searched for in one call.
    pub probes_per_search: usize,
    /// Candidates for each face searched for.
    pub candidates: usize,
    /// Candidates for each face searched for in each group.
    pub candidates_by_group: usize,
    /// Longest page of the list of groups.
    pub groups_per_page: u64,
    /// Longest page of the persons of a group.
    pub persons_per_page: u64,
    /// Longest page of the groups of a person.
    pub person_groups_per_page: u64,
    /// Longest page of the list of upgrade jobs.
    pub jobs_per_page: u64,
}

/// Limits of every account: those of all, and those of accounts with limits of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountLimits {
    /// For accounts that are not named.
    pub general: Limits,
    /// For accounts that are.
    pub own: BTreeMap<AccountId, Limits>,
}

impl AccountLimits {
    /// The limits of one account.
    pub fn of(&self, account: AccountId) -> &Limits {
        self.own.get(&account).unwrap_or(&self.general)
    }
}

impl From<Limits> for AccountLimits {
    fn from(general: Limits) -> Self {
        Self {
            general,
            own: BTreeMap::new(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            groups_per_account: 100_000,
            faces_per_account: 50_000_000,
            faces_per_group_v2: 1_000_000,
            faces_per_group_v3: 3_000_000,
            groups_per_person: 100,
            faces_per_person: 5,
            images_per_call: 4,
            fields_per_group: 5,
            groups_per_copy: 100,
            groups_per_search: 100,
            groups_per_search_by_group: 60,
            probes_per_search: 10,
            candidates: 100,
            candidates_by_group: 10,
            groups_per_page: 1000,
            persons_per_page: 1000,
            person_groups_per_page: 100,
            jobs_per_page: 1000,
        }
    }
}

impl Limits {
    /// Faces that a group, or all groups of one search, may hold.
    pub fn faces_per_group(&self, version: ModelVersion) -> u64 {
        match version {
            ModelVersion::V2 => self.faces_per_group_v2,
            ModelVersion::V3 => self.faces_per_group_v3,
        }
    }
}
