//! What is read of `meters:`, and what is wrong with it.

use artifice_model::sample::Metadata;

use super::*;
use artifice_settings::Document;

fn read(text: &str) -> Result<Vec<Entry>, Vec<String>> {
    read_with(text, Defaults::default())
}

fn read_with(text: &str, defaults: Defaults) -> Result<Vec<Entry>, Vec<String>> {
    let document = Document::parse("c.yaml", text.to_owned()).map_err(|mistake| vec![mistake.to_string()])?;
    let entries = entries(document.root().map().unwrap().get("meters"), defaults);
    let mistakes = document.mistakes();
    if mistakes.is_empty() { Ok(entries) } else { Err(mistakes.iter().map(ToString::to_string).collect()) }
}

#[test]
fn every_key_of_an_entry_is_read() {
    let entries = read(
        "meters:
- id: fast disks
  meter: volume.size
  section: Block storage
  service: ['disk {metadata.volume_type}', disk]
  aggregate: max_per_slice
  slice: 10m
  unit: GiB
  factor: 1/1024
  offset: -0.5
  match: {volume_type: [ssd, nvme], bootable: true, metadata.tier: 1}
  resource_name: '{metadata.label}'
  location: ['{metadata.az}', nowhere]
  value: 1
  negative: allow
  implausible: skip
  gone: [Error, deleted]
- {meter: instance, section: Compute, aggregate: uptime, states: [Active, ERROR], state: '{metadata.vm_state}', max_gap: unlimited, stale_after: 7d}
- {meter: traffic, section: Network, aggregate: increase, reset_below: 0.5, max_rate: 1.5 GB}
- {meter: packets, section: Network, aggregate: increase, max_rate: none}
",
    )
    .unwrap();
    let metadata: Metadata = [("volume_type", "ssd"), ("label", "data")].into_iter().collect();
    let condition = |key: &str, values: &[&str]| Condition {
        key: key.to_owned(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let [disks, instance, traffic, packets] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((disks.value, &disks.gone[..]), (Some(Decimal::ONE), &["error".to_owned(), "deleted".to_owned()][..]));
    assert_eq!(disks.plausible, Plausible { negative: true, skip: true, max_rate: MaxRate::BuiltIn });
    assert_eq!((instance.stale_after_us, instance.unannounced_us), (7 * 24 * 3_600_000_000, 2 * 3_600_000_000));
    let half = "0.5".parse::<Decimal>().unwrap();
    let rate = MaxRate::PerSecond("1.5".parse().unwrap(), Some("GB".to_owned()));
    assert_eq!((traffic.reset_below, &traffic.plausible.max_rate), (half, &rate));
    assert_eq!((packets.reset_below, &packets.plausible.max_rate), ("0.9".parse().unwrap(), &MaxRate::Unlimited));
    assert_eq!(
        (disks.id.as_str(), disks.meter.as_str(), disks.section.as_str()),
        ("fast disks", "volume.size", "Block storage")
    );
    assert_eq!(
        (disks.aggregate, disks.slice_us, disks.unit.as_deref()),
        (Aggregate::MaxPerSlice, 600_000_000, Some("GiB"))
    );
    assert_eq!(disks.scaling, Scaling::new("1/1024".parse().unwrap(), "-0.5".parse().unwrap()).unwrap());
    let all = [
        condition("volume_type", &["ssd", "nvme"]),
        condition("bootable", &["true"]),
        condition("metadata.tier", &["1"]),
    ];
    assert_eq!(disks.conditions, all);
    let location = disks.location.as_ref().unwrap();
    let filled = [&disks.service, &disks.resource_name, location].map(|template| template.fill(&metadata).unwrap());
    assert_eq!(filled, ["disk ssd", "data", "nowhere"]);
    assert_eq!((instance.id.as_str(), instance.max_gap), ("instance", MaxGap::Unlimited));
    assert_eq!(
        (&instance.states[..], instance.slice_us),
        (&["active".to_owned(), "error".to_owned()][..], 3_600_000_000)
    );
    assert_eq!(instance.service.constant(), Some("instance"));
}

#[test]
fn lists_have_names_and_can_be_added_to() {
    assert_eq!(read("a: 1\n").unwrap(), Entry::built_in());
    assert_eq!(read("meters: default\n").unwrap(), Entry::built_in());
    assert_eq!(read("meters: notifications\n").unwrap(), Entry::notifications());
    assert_eq!(read("meters: polling\n").unwrap(), Entry::polling());
    let more = read("meters:\n- notifications\n- {meter: image.size, section: Images, aggregate: integral}\n").unwrap();
    assert_eq!(more.last().unwrap().meter, "image.size");
    assert_eq!(more.len(), Entry::notifications().len() + 1);
}

#[test]
fn a_list_that_is_written_is_read_as_if_it_stood_there() {
    let entries = read("meters: gnocchi\n").unwrap();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!((ids.len(), ids[0], ids[1]), (9, "instance", "volume.size"));
    let of_flavor = [("flavor_name", "m1.small"), ("volume_type", "ssd")].into_iter().collect();
    let services: Vec<String> = entries[..2].iter().map(|entry| entry.service.fill(&of_flavor).unwrap()).collect();
    assert_eq!(services, ["m1.small", "volume.size.ssd"]);
    let defaults = Defaults { slice_us: Some(60_000_000), max_gap: Some(MaxGap::Micros(1)), stale_after_us: Some(7) };
    let more = read_with("meters: [gnocchi, {meter: a, section: A, aggregate: last}]\n", defaults).unwrap();
    assert_eq!((more.len(), more[0].max_gap, more[1].slice_us), (10, MaxGap::Micros(1), 60_000_000));
    let says = read("meters: [gnocchi, gnochi]\n").unwrap_err();
    assert!(says[0].contains("did you mean 'gnocchi'?"), "{says:?}");
}

#[test]
fn what_main_says_holds_where_an_entry_says_nothing() {
    let defaults = Defaults { slice_us: Some(60_000_000), max_gap: Some(MaxGap::Micros(1)), stale_after_us: Some(7) };
    let entries = read_with(
        "meters: [notifications, {meter: a, section: A, aggregate: integral}, {meter: b, section: B, aggregate: integral, max_gap: 1h}]\n",
        defaults,
    );
    let of = |meter: &str| entries.as_ref().unwrap().iter().find(|entry| entry.meter == meter).unwrap();
    assert_eq!([of("instance").max_gap, of("a").max_gap], [MaxGap::Unlimited, MaxGap::Micros(1)]);
    assert_eq!(
        [of("network.incoming.bytes").max_gap, of("b").max_gap],
        [MaxGap::Micros(1), MaxGap::Micros(3_600_000_000)]
    );
    assert_eq!(of("storage.objects.size").slice_us, 60_000_000);
    // What would hold without an end, and names no event, holds for main.max_gap.
    assert_eq!([of("instance").unannounced_us, of("a").unannounced_us], [1, 1]);
    assert_eq!([of("instance").stale_after_us, of("a").stale_after_us], [7, 7]);
}

#[test]
fn all_mistakes_are_told_with_their_places() {
    let mistakes = read(
        "meters:
- {meter: a, section: A, aggregate: summ}
- {section: A, aggregate: sum, metre: b}
- {meter: c, section: A, aggregate: sum, slice: 1h, states: [on], factor: 0}
- {meter: d, section: A, aggregate: increase, offset: 1, factor: -1}
- {meter: e, section: A, aggregate: uptime, unit: h, service: '{resource}'}
- {meter: f, section: A, aggregate: last, match: {x: [], y: None}}
- notification
- {id: same, meter: g, section: A, aggregate: last}
- {id: same, meter: h, section: A, aggregate: last}
- {id: again, meter: g, section: A, aggregate: max}
- 7
- {meter: i, section: A, aggregate: increase, value: 1, negative: allow}
- {meter: j, section: A, aggregate: max, max_rate: 1, reset_below: 0.5}
- {meter: k, section: A, aggregate: increase, reset_below: 2, max_rate: fast, implausible: maybe}
- {meter: l, section: A, aggregate: sum, gone: error, stale_after: 1d}
",
    )
    .unwrap_err();
    let expected = [
        "c.yaml:2:37: meters[0].aggregate: 'summ' is not known here; did you mean 'sum'?",
        "c.yaml:3:3: meters[1]: meter is missing; name the meter that it reads",
        "c.yaml:3:32: meters[1].metre: there is no such key; did you mean 'meter'?",
        "c.yaml:4:49: meters[2].slice: sum does nothing with slice; leave it out (it is for max_per_slice, exists_per_slice)",
        "c.yaml:4:61: meters[2].states: sum does nothing with states; leave it out (it is for uptime)",
        "c.yaml:4:75: meters[2].factor: '0' is not a factor",
        "c.yaml:5:55: meters[3].offset: increase does nothing with offset; leave it out (it is for max_per_slice, integral,",
        "c.yaml:5:66: meters[3].factor: a counter that counts backwards has no increase; give a factor above 0",
        "c.yaml:6:51: meters[4].unit: uptime does nothing with unit",
        "c.yaml:6:63: meters[4].service: '{resource}': '{resource}' is not known here; a place is written {metadata.KEY}",
        "c.yaml:7:54: meters[5].match.x: an empty list accepts no sample",
        "c.yaml:7:61: meters[5].match.y: metadata that is empty or None is missing",
        "c.yaml:8:3: meters[6]: 'notification' is no list of entries; did you mean 'notifications'?",
        "c.yaml:10:3: meters[8]: has the id 'same', as meters[7] has; give one of them another `id`",
        "c.yaml:11:3: meters[9]: would charge g once more as the same service, beside meters[7] (same)",
        "c.yaml:12:3: meters[10]: keys with values are expected here",
        "c.yaml:13:54: meters[11].value: increase does nothing with value; leave it out (it is for max_per_slice,",
        "c.yaml:13:67: meters[11].negative: increase does nothing with negative",
        "c.yaml:14:52: meters[12].max_rate: max does nothing with max_rate; leave it out (it is for increase)",
        "c.yaml:14:68: meters[12].reset_below: max does nothing with reset_below",
        "c.yaml:15:60: meters[13].reset_below: '2' is no part; write a number from 0 to 1, such as 0.9",
        "c.yaml:15:73: meters[13].max_rate: 'fast' is no rate; write how many a second are plausible",
        "c.yaml:15:92: meters[13].implausible: 'maybe' is not known here",
        "c.yaml:16:48: meters[14].gone: sum does nothing with gone",
        "c.yaml:16:68: meters[14].stale_after: sum does nothing with stale_after",
    ];
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:#?}");
    for (mistake, expected) in mistakes.iter().zip(expected) {
        assert!(mistake.starts_with(expected), "{mistake}\n{expected}");
    }
}

#[test]
fn what_is_charged_twice_is_seen_where_it_can_be() {
    let pair = |one: &str, other: &str| {
        let entry = |rest: &str| format!("{{meter: volume.size, section: A, aggregate: last{rest}}}");
        read(&format!("meters: [{}, {}]\n", entry(one), entry(&format!(", id: other{other}"))))
    };
    let twice = [
        ("", ""),
        (", service: disk", ", service: [disk, x]"),
        (", service: 'd {metadata.type}'", ", service: 'd {metadata.type}'"),
        (", match: {type: ssd}", ""),
        (", match: {type: [ssd, hdd]}", ", match: {type: [hdd, tape]}"),
        (", match: {type: ssd}", ", match: {zone: a}"),
    ];
    for (one, other) in twice {
        assert!(pair(one, other).is_err_and(|all| all.len() == 1 && all[0].contains("once more")), "{one} {other}");
    }
    let apart = [
        (", service: disk", ""),
        // Whether they are the same is known only when there are samples.
        (", service: ssd", ", service: '{metadata.type}'"),
        (", match: {type: ssd}", ", match: {type: [hdd, tape]}"),
        (", match: {type: ssd, zone: a}", ", match: {zone: b}"),
    ];
    for (one, other) in apart {
        assert!(pair(one, other).is_ok(), "{one} {other}");
    }
}

#[test]
fn an_empty_list_is_a_mistake() {
    assert_eq!(read("meters: []\n").unwrap_err().len(), 1);
    assert_eq!(read("meters:\n").unwrap(), Entry::built_in());
}

#[test]
fn the_reference_s_example_is_right_and_has_every_key() {
    let reference = std::fs::read_to_string("../../config/artifice.yaml").unwrap();
    let block: Vec<&str> = reference.lines().skip_while(|line| *line != "# meters:").collect();
    let block = block.iter().take_while(|line| line.starts_with('#'));
    let text: String = block.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap_or_default())).collect();
    let entries = read(&text).unwrap();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, ["fast disks", "instance", "network.outgoing.bytes"]);
    let keys = [
        "match",
        "value",
        "factor",
        "offset",
        "unit",
        "slice",
        "max_gap",
        "stale_after",
        "states",
        "state",
        "gone",
        "negative",
        "implausible",
        "resource_name",
        "location",
        "reset_below",
        "max_rate",
    ];
    for key in keys {
        assert!(text.contains(&format!("    {key}: ")), "{key}");
    }
}

#[test]
fn a_great_many_entries_are_compared_only_with_those_of_their_meter() {
    let entries = |meter: &dyn Fn(usize) -> String, count: usize| {
        let entry = |place: usize| {
            let meter = meter(place);
            format!("  - {{id: i{place}, meter: {meter}, section: A, aggregate: last, match: {{a: v{place}}}}}\n")
        };
        read(&format!("meters:\n{}", (0..count).map(entry).collect::<String>()))
    };
    assert_eq!(entries(&|place| format!("m{place}"), 10_000).unwrap().len(), 10_000);
    assert_eq!(entries(&|_| "one".to_owned(), MOST_OF_A_METER).unwrap().len(), MOST_OF_A_METER);
    let mistakes = entries(&|_| "one".to_owned(), 10_000).unwrap_err();
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0].contains("meters[1000]: more than 1000 entries read the meter one"), "{mistakes:?}");
}
