//! Jobs on both sides: the model knows when one may start and end, the domain when it does.

use super::operations::agree;
use super::state::{Account, Job};
use super::{Twins, saw};
use crate::world::{Steps as _, V2, V3, gid, page};
use mien_core::{AccountId, JobState};

impl Twins {
    pub fn upgrade(&mut self) {
        let (at, id) = (self.account(), self.id_of_group());
        let to = if self.random.u8(0..6) == 0 { V2 } else { V3 };
        let real = self.core().upgrade_group(self.accounts[at].0, &gid(&id), to);
        let model = &mut self.accounts[at].1;
        if let Some((job, _)) = agree(real, model.upgrade(&id, to)) {
            let group = model.groups.get_mut(&id).unwrap();
            group.moving_to = Some(to);
            model.jobs.push(Job {
                id: job,
                group: id,
                group_lives: true,
                from: group.version,
                to,
                state: JobState::Moving,
                rolling_back: false,
            });
        }
    }

    pub fn roll_back(&mut self) {
        let at = self.account();
        let jobs = &self.accounts[at].1.jobs;
        // Mostly one that is done, if there is one; another account's now and then.
        let done: Vec<&Job> = jobs.iter().filter(|job| job.state == JobState::Moved).collect();
        let id = match self.random.u8(0..4) {
            0 => self.accounts[self.random.usize(0..self.accounts.len())].1.jobs.last(),
            _ => done.get(self.random.usize(0..done.len().max(1))).copied(),
        };
        let id = id.map_or("nobody's".to_owned(), |job| job.id.clone());
        let real = self.core().revert_job(self.accounts[at].0, &id);
        let limits = self.limits.clone();
        agree(real, self.accounts[at].1.roll_back(&limits, &id));
    }

    /// Some pieces of work, or all there is.
    pub fn work(&mut self) {
        let to_the_end = self.random.u8(0..4) == 0;
        let pieces = if to_the_end {
            usize::MAX
        } else {
            self.random.usize(1..4)
        };
        let faces = self.random.usize(1..4);
        let mut worked = 0;
        while worked < pieces && self.core().work_once(faces) {
            worked += 1;
        }
        for at in 0..self.accounts.len() {
            self.follow_jobs(at, to_the_end);
        }
    }

    /// Takes over what the domain says has become of the jobs, if it may be so.
    fn follow_jobs(&mut self, at: usize, to_the_end: bool) {
        let (account, number) = (self.accounts[at].0, self.accounts[at].1.jobs.len());
        for job in 0..number {
            let model = &mut self.accounts[at].1;
            let expected = model.jobs[job].clone();
            if expected.state != JobState::Moving && !expected.rolling_back {
                continue;
            }
            let real = self.core.as_ref().unwrap().job(account, &expected.id).unwrap();
            let (target, done, given_up) = match expected.rolling_back {
                true => (expected.from, JobState::RolledBack, JobState::Moved),
                false => (expected.to, JobState::Moved, JobState::Failed),
            };
            let lost = model.lost(&expected.group, target);
            let group = model.groups.get_mut(&expected.group).unwrap();
            let at_work = real.ended_ms.is_none() && real.failure.is_empty();
            if at_work {
                assert!(!to_the_end, "{real:?} is left");
                continue;
            }
            assert_eq!(
                real.state,
                if lost == 0 { done } else { given_up },
                "{real:?}, {lost} faces are lost"
            );
            group.moving_to = None;
            if lost == 0 {
                group.version = target;
                group.rolled_back |= expected.rolling_back;
                saw(if expected.rolling_back { "rolled back" } else { "moved" });
            } else {
                assert!(!real.failed_faces.is_empty() && !real.failure.is_empty(), "{real:?}");
                saw(if expected.rolling_back {
                    "rolling back failed"
                } else {
                    "moving failed"
                });
            }
            model.jobs[job].state = real.state;
            model.jobs[job].rolling_back = false;
            model.settle();
        }
    }

    pub fn list_jobs(&mut self) {
        let (at, offset, limit) = (self.account(), self.random.u64(0..8), self.random.u64(1..4));
        let (account, model) = &self.accounts[at];
        let newest: Vec<&Job> = model.jobs.iter().rev().collect();
        let expected = super::compare::slice(&newest, offset, limit);
        if let Some((listed, expected)) = agree(self.core().jobs(*account, page(offset, limit)), expected) {
            assert_eq!(listed.total, model.jobs.len() as u64);
            assert_eq!(listed.items.len(), expected.len());
            listed
                .items
                .iter()
                .zip(expected)
                .for_each(|(real, job)| compare(real, job));
        }
    }

    pub fn compare_jobs(&self, account: AccountId, model: &Account) {
        for job in model.jobs.iter().rev().take(20) {
            compare(&self.core().job(account, &job.id).unwrap(), job);
        }
    }
}

fn compare(real: &mien_core::Job, job: &Job) {
    assert_eq!(
        (&real.id, real.group.as_str(), real.from, real.to, real.state),
        (&job.id, job.group.as_str(), job.from, job.to, job.state)
    );
    let at_work = job.state == JobState::Moving || job.rolling_back;
    let ended = matches!(job.state, JobState::Moved | JobState::RolledBack) && !job.rolling_back;
    assert!((0.0..=100.0).contains(&real.progress_percent) && (!ended || real.progress_percent == 100.0));
    assert_eq!(real.ended_ms.is_none(), at_work, "{real:?}");
}
