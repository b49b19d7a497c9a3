//! BEHAVIOUR 9 "Upgrade*", "Revert*", "GetUpgrade*": groups move to another version while they answer.

use crate::world::*;
use mien_core::*;
use mien_store::Durability;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// A group of version 2.0 whose persons p0 to p4 each have one face, of which a crop is kept.
fn old_group() -> World {
    let world = World::new();
    world.create_group(world.account, new_group("g", V2)).unwrap();
    (0..5).for_each(|number| enrol(&world, "g", number));
    world
}

fn enrol(world: &World, group: &str, number: usize) {
    let new = new_person(group, &format!("p{number}"));
    world.enrol(world.account, new, with_crop(&axis(number))).unwrap();
}

fn work_to_the_end(world: &World) {
    while world.work_once(1) {}
}

/// The best candidate for each of so many persons' own faces, by both kinds of search that the version has.
fn assert_all_found(core: &Core, account: AccountId, group: &str, persons: usize) {
    let version = core.group(account, &gid(group)).unwrap().version;
    let targets = if version == V2 {
        &[Target::Faces][..]
    } else {
        &[Target::Faces, Target::Persons]
    };
    for target in targets {
        let options = SearchOptions {
            candidates: 1,
            threshold: Some(score(99.0)),
            details: false,
        };
        let probes: Vec<Vec<f32>> = (0..persons).map(axis).collect();
        let found = core.hunt(account, &gids(&[group]), *target, &probes, &options).unwrap();
        for (number, probe) in found.probes.iter().enumerate() {
            let best = probe.candidates.first().map(|found| found.person.to_string());
            assert_eq!(best, Some(format!("p{number}")), "{target:?} in {version}");
        }
        assert_eq!((found.version, found.persons), (version, persons as u64));
    }
}

#[test]
fn rule_9_16_upgrade_the_group_answers_until_the_switch_and_after() {
    let mut world = old_group();
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    assert!(job.starts_with(&format!("{}_upgrade_group_", world.account.0)), "{job}");
    let mut pieces = 0;
    loop {
        let now = world.job(world.account, &job).unwrap();
        let version = world.group(world.account, &gid("g")).unwrap().version;
        match now.state {
            JobState::Moving => assert_eq!((version, now.ended_ms), (V2, None)),
            JobState::Moved => break assert_eq!(version, V3),
            other => panic!("{other:?}"),
        }
        assert_eq!(now.progress_percent, 20.0 * f64::from(pieces).min(5.0));
        assert_all_found(&world, world.account, "g", 5);
        world.check_store();
        if pieces == 2 {
            world.restart();
        }
        world.work_once(1);
        pieces += 1;
    }
    assert_all_found(&world, world.account, "g", 5);
    world.check_store();
    let done = world.job(world.account, &job).unwrap();
    assert_eq!((done.from, done.to, done.progress_percent), (V2, V3, 100.0));
    assert!(done.ended_ms > Some(done.started_ms));
    assert_eq!(
        world.person_groups(world.account, &pid("p0"), page(0, 1)).unwrap().1,
        V3
    );
}

#[test]
fn rule_9_16_upgrade_writes_of_the_meantime_are_moved_too() {
    let world = old_group();
    world.create_group(world.account, new_group("other", V2)).unwrap();
    enrol(&world, "other", 5);
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    world.work_once(2);
    // Behind the cursor and before it: a person each that comes, changes and goes.
    world.copy("p5", &["g"]);
    enrol(&world, "g", 6);
    for (person, number) in [("p0", 10), ("p4", 11)] {
        let seen = vec![Ok::<_, ()>(with_crop(&axis(number)))];
        world.add_seen(world.account, &pid(person), seen, score(0.0)).unwrap();
    }
    world.delete_person(world.account, &pid("p1")).unwrap();
    world.delete_person(world.account, &pid("p3")).unwrap();
    let first = world.person(world.account, &pid("p0")).unwrap().faces[0];
    world.delete_faces(world.account, &pid("p0"), &[first]).unwrap();
    world.check_store();
    work_to_the_end(&world);
    assert_eq!(world.job(world.account, &job).unwrap().state, JobState::Moved);
    world.check_store();
    for target in [Target::Faces, Target::Persons] {
        let mut found: Vec<String> = world.found(&["g"], target, &axis(0)).into_iter().map(|f| f.0).collect();
        found.sort();
        assert_eq!(found, ["p0", "p2", "p4", "p5", "p6"], "{target:?}");
    }
    assert_eq!(world.found(&["g"], Target::Faces, &axis(10))[0], ("p0".to_owned(), 100));
    assert_eq!(
        world.found(&["g"], Target::Persons, &axis(10))[0],
        ("p0".to_owned(), 100)
    );
    // One person in groups of both versions: both answer, and a further face goes to both.
    assert_eq!(world.check_add_faces(world.account, &pid("p5"), 1).unwrap().len(), 2);
    let seen = vec![Ok::<_, ()>(enrolled(&axis(12)))];
    world.add_seen(world.account, &pid("p5"), seen, score(0.0)).unwrap();
    for group in ["g", "other"] {
        assert_eq!(world.found(&[group], Target::Faces, &axis(12))[0].0, "p5");
    }
    world
        .delete_person_from_group(world.account, &pid("p5"), &gid("g"))
        .unwrap();
    assert_eq!(
        world.person_groups(world.account, &pid("p5"), page(0, 1)).unwrap().1,
        V2
    );
    world.check_store();
}

#[test]
fn rule_9_16_revert_brings_the_old_version_back_once() {
    let world = old_group();
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    refused(world.revert_job(world.account, &job), "CannotRollBack");
    work_to_the_end(&world);
    enrol(&world, "g", 5);
    world.revert_job(world.account, &job).unwrap();
    refused(world.revert_job(world.account, &job), "CannotRollBack");
    assert_eq!(world.job(world.account, &job).unwrap().state, JobState::Moved);
    world.work_once(1);
    assert_all_found(&world, world.account, "g", 6);
    work_to_the_end(&world);
    let back = world.job(world.account, &job).unwrap();
    assert_eq!((back.state, back.progress_percent), (JobState::RolledBack, 100.0));
    assert_eq!(world.group(world.account, &gid("g")).unwrap().version, V2);
    assert_all_found(&world, world.account, "g", 6);
    world.check_store();
    refused(world.revert_job(world.account, &job), "CannotRollBack");
    refused(world.upgrade_group(world.account, &gid("g"), V3), "CannotUpgrade");
}

#[test]
fn rule_9_16_upgrade_refusals_and_failures() {
    let world = old_group();
    refused(world.upgrade_group(world.account, &gid("no"), V3), "GroupNotFound");
    refused(world.upgrade_group(world.account, &gid("g"), V2), "CannotUpgrade");
    refused(world.job(world.account, "no"), "JobNotFound");
    refused(world.revert_job(world.account, "no"), "JobNotFound");
    world.add_group("new");
    refused(world.upgrade_group(world.account, &gid("new"), V3), "CannotUpgrade");
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    refused(world.upgrade_group(world.account, &gid("g"), V3), "CannotUpgrade");

    // A crop that cannot be embedded fails the job: the group stays as it is, and may be tried again.
    let work = world.work(100).unwrap().unwrap();
    let faces: Vec<String> = work.crops().iter().map(|crop| crop.face.to_string()).collect();
    let answers = (0..5).map(|number| {
        if number == 3 {
            Err("torn".to_owned())
        } else {
            Ok(axis(0))
        }
    });
    world.hand_in(work, answers.collect()).unwrap();
    let failed = world.job(world.account, &job).unwrap();
    assert_eq!(
        (failed.state, &failed.failed_faces[..]),
        (JobState::Failed, &faces[3..4])
    );
    assert!(
        failed.failure.contains("torn") && failed.ended_ms.is_some(),
        "{failed:?}"
    );
    assert_eq!(world.group(world.account, &gid("g")).unwrap().version, V2);
    assert_all_found(&world, world.account, "g", 5);
    world.check_store();

    // A face without a crop is told beforehand.
    world.add_face("p2", &axis(9));
    match world.upgrade_group(world.account, &gid("g"), V3) {
        Err(CoreError::LostFaces { lost: 1, first, .. }) => {
            assert_eq!(first, world.person(world.account, &pid("p2")).unwrap().faces[1..]);
        }
        other => panic!("{other:?}"),
    }
    world.delete_person(world.account, &pid("p2")).unwrap();
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    world.work_once(1);
    world.delete_group(world.account, &gid("g")).unwrap();
    assert_eq!(world.job(world.account, &job).unwrap().state, JobState::Failed);
    assert!(!world.work_once(1));
    world.check_store();

    // A face of the new time without a crop stands in the way back.
    world.create_group(world.account, new_group("h", V2)).unwrap();
    let job = world.upgrade_group(world.account, &gid("h"), V3).unwrap();
    work_to_the_end(&world);
    world.add_person("h", "late", &axis(0));
    refused(world.revert_job(world.account, &job), "CannotRollBack");
}

#[test]
fn rule_9_16_jobs_belong_to_their_account() {
    let world = old_group();
    let other = world.accounts().create("other").unwrap();
    let job = world.upgrade_group(world.account, &gid("g"), V3).unwrap();
    refused(world.job(other, &job), "JobNotFound");
    refused(world.revert_job(other, &job), "JobNotFound");
    refused(world.upgrade_group(other, &gid("g"), V3), "GroupNotFound");
    assert_eq!(world.jobs(other, page(0, 10)).unwrap().total, 0);
    assert_eq!(world.jobs(world.account, page(0, 10)).unwrap().items[0].id, job);
    refused(world.jobs(world.account, page(2, 10)), "OffsetExceeded");
}

#[test]
fn an_embedding_of_the_old_space_is_refused_after_the_switch() {
    let world = old_group();
    let (account, groups) = (world.account, gids(&["g"]));
    let space = world.check_search(account, &groups, Target::Faces).unwrap();
    let probe = Embedding::new(&space, axis(0));
    let job = world.upgrade_group(account, &gid("g"), V3).unwrap();
    // While the group moves, new faces need both spaces.
    let new = new_person("g", "new");
    let half = with_crop(&axis(8)).in_spaces(&[Arc::clone(&space)]);
    refused(world.create_person(account, new.clone(), half.clone()), "SpaceChanged");
    refused(
        world.add_faces::<()>(account, &pid("p0"), vec![Ok(half.clone())], score(0.0)),
        "SpaceChanged",
    );
    work_to_the_end(&world);
    assert_eq!(world.job(account, &job).unwrap().state, JobState::Moved);
    let options = SearchOptions {
        candidates: 1,
        threshold: None,
        details: false,
    };
    let probes = [probe.clone()];
    refused(
        world.search(account, &groups, Target::Faces, &probes, &options),
        "SpaceChanged",
    );
    refused(world.verify(account, &pid("p0"), Target::Faces, &probe), "SpaceChanged");
    refused(world.create_person(account, new, half), "SpaceChanged");
    world.check_store();
}

const CHILD: &str = "MIEN_CORE_JOB_CHILD";
const PERSONS: usize = DIM;

/// The test runs itself again as a child that moves a group there and back; the parent kills it at a random piece.
#[test]
fn a_job_survives_sigkill() {
    if let Ok(directory) = env::var(CHILD) {
        move_until_killed(Path::new(&directory));
    }
    let mut random = fastrand::Rng::new();
    for _ in 0..4 {
        let directory = tempfile::tempdir().unwrap();
        let pieces = random.usize(1..2 * PERSONS);
        kill_after(directory.path(), pieces);
        let core = open(directory.path());
        assert_eq!(core.check().unwrap(), Vec::<String>::new());
        assert_all_found(&core, AccountId(1), "g", PERSONS);
        while core.work_once(2) {}
        let job = core.jobs(AccountId(1), page(0, 1)).unwrap().items.remove(0);
        let version = core.group(AccountId(1), &gid("g")).unwrap().version;
        let expected = match job.state {
            JobState::Moved => V3,
            JobState::RolledBack => V2,
            other => panic!("{other:?} after {pieces} pieces"),
        };
        assert_eq!((version, job.progress_percent), (expected, 100.0));
        assert_all_found(&core, AccountId(1), "g", PERSONS);
        assert_eq!(core.check().unwrap(), Vec::<String>::new());
    }
}

fn kill_after(directory: &Path, pieces: usize) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "jobs::a_job_survives_sigkill", "--nocapture"])
        .env(CHILD, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.filter(|line| line.ends_with("piece")).take(pieces).count();
    assert_eq!(told, pieces, "the child ended by itself");
    child.kill().unwrap();
    child.wait().unwrap();
}

fn move_until_killed(directory: &Path) -> ! {
    let core = open(directory);
    let account = core.accounts().create("test").unwrap();
    core.create_group(account, new_group("g", V2)).unwrap();
    for number in 0..PERSONS {
        let new = new_person("g", &format!("p{number}"));
        core.enrol(account, new, with_crop(&axis(number))).unwrap();
    }
    let job = core.upgrade_group(account, &gid("g"), V3).unwrap();
    work_and_tell(&core);
    core.revert_job(account, &job).unwrap();
    loop {
        work_and_tell(&core);
        tell();
    }
}

fn work_and_tell(core: &Core) {
    while core.work_once(1) {
        tell();
    }
}

fn tell() {
    let mut out = std::io::stdout().lock();
    writeln!(out, "piece").unwrap();
    out.flush().unwrap();
}

fn open(directory: &Path) -> Core {
    let store = open_store(&directory.join("mien.db"), Durability::Full);
    Core::open(
        store,
        &directory.join("index"),
        vec![space(V3), space(V2)],
        Limits::default().into(),
        Arc::new(SystemClock),
    )
    .unwrap()
}
