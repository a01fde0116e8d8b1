//! Samples as a Ceilometer of 2013 wrote them, made up.
//!
//! Sizes, keys, repetitions and the mixture of meters are those of a recorded cloud: a fifth are
//! samples of instances, 1.4 kB long with 31 metadata keys, of which two change from sample to
//! sample; each message of theirs comes one to five times. The others are accounts of object storage without
//! metadata, and images. A quarter of all samples is charged.

use std::fmt::Write as _;

use artifice_model::Timestamp;
use artifice_model::time::HOUR_US;

use crate::random::Random;

/// The first instant: 2013-08-01T00:00:00Z.
pub const START: Timestamp = Timestamp::from_micros(1_375_315_200_000_000);

/// What there is in the cloud. Everything is polled every ten minutes, but instances once an hour.
#[derive(Debug, Clone, Copy)]
pub struct Cloud {
    /// Each has one account of object storage and a share of the instances.
    pub tenants: u64,
    /// Accounts of object storage that are polled.
    pub accounts: u64,
    pub instances: u64,
    pub images: u64,
    /// Whether samples of instances that nothing charges (`vcpus`, `memory`, …) are there, too.
    pub uncharged: bool,
    /// How often a message of an instance comes, at most.
    pub copies: u64,
}

impl Cloud {
    /// The mixture of the recording.
    pub const RECORDED: Cloud =
        Cloud { tenants: 400, accounts: 400, instances: 200, images: 170, uncharged: true, copies: 5 };
    /// Nothing but `instance` samples, which are long and charged. A third of them are repetitions.
    pub const INSTANCES: Cloud =
        Cloud { tenants: 40, accounts: 0, instances: 1000, images: 0, uncharged: false, copies: 2 };
}

const POLL_US: i64 = HOUR_US / 6;

/// Lines of text, one sample each.
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    /// Where each line begins and ends, its newline included.
    places: Vec<(usize, usize)>,
}

impl Lines {
    pub fn of(text: String) -> Self {
        let mut at = 0;
        let ends = text
            .split_inclusive('\n')
            .map(|line| {
                (at, {
                    at += line.len();
                    at
                })
            })
            .collect();
        Lines { text, places: ends }
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    pub fn into_text(self) -> String {
        self.text
    }

    fn in_order(&self, places: &[(usize, usize)]) -> Lines {
        Lines::of(places.iter().map(|&(from, to)| &self.text[from..to]).collect())
    }

    /// The newest first.
    pub fn descending(&self) -> Lines {
        self.in_order(&self.places.iter().rev().copied().collect::<Vec<_>>())
    }

    /// In any order.
    pub fn shuffled(&self) -> Lines {
        let mut places = self.places.clone();
        Random::new(7).shuffle(&mut places);
        self.in_order(&places)
    }
}

/// About so many samples of a cloud, the oldest first.
pub fn ascending(cloud: Cloud, samples: usize) -> Lines {
    let mut all = String::new();
    generate(cloud, samples, |text| {
        all.push_str(text);
        text.clear();
    });
    Lines::of(all)
}

/// The same, poll by poll: `take` may take away what there is of the text.
pub fn generate(cloud: Cloud, samples: usize, mut take: impl FnMut(&mut String)) {
    let mut random = Random::new(1);
    let mut text = String::new();
    let (mut poll, mut count) = (0, 0);
    while count < samples {
        let at = START.plus(poll * POLL_US);
        for instance in 0..cloud.instances {
            if i64::try_from(instance % 6) == Ok(poll % 6) {
                count += event(&mut text, &mut random, cloud, instance, at);
            }
        }
        (0..cloud.accounts).for_each(|account| storage(&mut text, &mut random, account, at));
        (0..cloud.images).for_each(|number| image(&mut text, &mut random, number, at));
        count += usize::try_from(cloud.accounts * 3 + cloud.images * 2).unwrap();
        poll += 1;
        take(&mut text);
    }
}

fn id(kind: u64, number: u64) -> String {
    Random::new(kind << 40 | number).uuid()
}

fn tenant_id(number: u64) -> String {
    id(1, number).replace('-', "")
}

/// What metering says of an instance once an hour.
fn event(text: &mut String, random: &mut Random, cloud: Cloud, instance: u64, poll: Timestamp) -> usize {
    let (resource, tenant) = (id(2, instance), tenant_id(instance % cloud.tenants));
    let at = poll.plus(i64::try_from(random.below(60_000)).unwrap_or_default() * 1000);
    let hour = Timestamp::from_micros(at.micros() / HOUR_US * HOUR_US);
    let (flavor, memory) =
        [("m1.nano", 64), ("m1.tiny", 512), ("m1.small", 2048)][usize::try_from(instance % 3).unwrap_or_default()];
    let space = |at: Timestamp| at.to_string().replace('T', " ").trim_end_matches('Z').to_owned();
    let metadata = format!(
        r#"{{"state_description":"","event_type":"compute.instance.exists","availability_zone":"None","ephemeral_gb":"0","instance_type_id":"6","deleted_at":"","reservation_id":"r-vswa1jkd","instance_id":"{resource}","user_id":"2b8fbe55863d4dfab5310796202b2019","hostname":"vm-{instance}","state":"active","launched_at":"2013-07-04T23:58:54.000000","node":"openstack","ramdisk_id":"b23fbced-b272-41a6-8f48-be76b586bd00","access_ip_v6":"None","disk_gb":"0","access_ip_v4":"None","kernel_id":"7cbf09f5-43ae-4d94-a1e7-47e95fd27017","host":"compute-{}","display_name":"vm-{instance}","image_ref_url":"http://10.0.2.15:9292/images/","audit_period_beginning":"{}","root_gb":"0","tenant_id":"{tenant}","created_at":"2013-07-04T23:58:46.000000","memory_mb":"{memory}","instance_type":"{flavor}","vcpus":"1","architecture":"None","audit_period_ending":"{}","os_type":"None"}}"#,
        instance % 20,
        space(hour.plus(-HOUR_US)),
        space(hour),
    );
    let stamp = at.to_string().trim_end_matches('Z').to_owned();
    let named = format!("instance:{flavor}");
    let meters = [
        ("instance", "instance", 1, cloud.copies),
        (&*named, "instance", 1, cloud.copies),
        ("vcpus", "vcpu", 1, 2),
        ("memory", "MB", memory, 2),
        ("disk.root.size", "GB", 0, 2),
        ("disk.ephemeral.size", "GB", 0, 2),
    ];
    let copies = 1 + random.below(cloud.copies);
    let mut count = 0;
    for (meter, unit, volume, most) in meters.into_iter().take(if cloud.uncharged { 6 } else { 1 }) {
        let message = random.uuid();
        for _ in 0..copies.min(most) {
            let _ = writeln!(
                text,
                r#"{{"counter_name":"{meter}","user_id":"2b8fbe55863d4dfab5310796202b2019","resource_id":"{resource}","timestamp":"{stamp}","message_id":"{message}","source":"openstack","counter_unit":"{unit}","counter_volume":{volume}.0,"project_id":"{tenant}","resource_metadata":{metadata},"counter_type":"gauge"}}"#
            );
            count += 1;
        }
    }
    count
}

/// An account of object storage: whole seconds, no metadata.
fn storage(text: &mut String, random: &mut Random, account: u64, poll: Timestamp) {
    let tenant = tenant_id(account);
    let at = poll.plus(i64::try_from(account % 60).unwrap_or_default() * 1_000_000).to_string();
    let stamp = at.trim_end_matches('Z');
    let bytes = account % 3 * 48_204;
    for (meter, unit, volume) in [
        ("storage.objects", "object", account % 3),
        ("storage.objects.size", "B", bytes),
        ("storage.objects.containers", "container", account % 2),
    ] {
        let _ = writeln!(
            text,
            r#"{{"counter_name":"{meter}","user_id":null,"resource_id":"{tenant}","timestamp":"{stamp}","message_id":"{}","source":"openstack","counter_unit":"{unit}","counter_volume":{volume}.0,"project_id":"{tenant}","resource_metadata":{{}},"counter_type":"gauge"}}"#,
            random.uuid()
        );
    }
}

/// An image: nothing charges it.
fn image(text: &mut String, random: &mut Random, number: u64, poll: Timestamp) {
    let (resource, tenant) = (id(3, number), tenant_id(number % 7));
    let at = poll.to_string();
    let stamp = at.trim_end_matches('Z');
    for (meter, unit, volume) in [("image", "image", 1), ("image.size", "B", 25_165_824)] {
        let _ = writeln!(
            text,
            r#"{{"counter_name":"{meter}","user_id":null,"resource_id":"{resource}","timestamp":"{stamp}","message_id":"{}","source":"openstack","counter_unit":"{unit}","counter_volume":{volume}.0,"project_id":"{tenant}","resource_metadata":{{"status":"active","name":"cirros-0.3.1-x86_64-uec","deleted":false,"container_format":"ami","created_at":"2013-08-04T23:31:26","disk_format":"ami","updated_at":"2013-08-04T23:31:27","properties":{{"kernel_id":"7cbf09f5-43ae-4d94-a1e7-47e95fd27017","ramdisk_id":"b23fbced"}},"protected":false,"location":null,"checksum":"f8a2eeee2dc65b3d9b6e63678955bd83","min_disk":0,"is_public":true,"size":25165824}},"counter_type":"gauge"}}"#,
            random.uuid()
        );
    }
}
