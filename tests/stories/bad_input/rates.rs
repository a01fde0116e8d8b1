//! The rates file and the names file.

use std::fs;

use super::{cloud, goes_wrong};

#[test]
fn every_mistake_in_the_rates_has_its_place() {
    let cloud = cloud();
    cloud.write(
        "rates.csv",
        "# region | name | per | price\n\n* | m1.nano | hour | 0,05\n* | m1.small | hour\n* | m1.nano | parsec per hour per day | 1\n* | a | hour | 1\n* | a | hour | 2\n",
    );

    goes_wrong(
        &cloud,
        2,
        &[
            "rates.csv:3:22: '0,05' is not a price",
            "rates.csv:4:1: 3 columns where 4 belong",
            "rates.csv:5:15: ",
            "rates.csv:7:5: 'a' has a price",
        ],
    );
}

#[test]
fn rates_that_are_missing_or_empty_are_named() {
    let cloud = cloud();
    for content in ["", "\n", "# nothing\n"] {
        cloud.write("rates.csv", content);
        goes_wrong(&cloud, 2, &["rates.csv:1:1: the file has no rows"]);
    }
    cloud.write("rates.csv", "* | m1.nano | hour | \u{a3}1\n");
    goes_wrong(&cloud, 2, &["rates.csv:1:22: '\u{a3}1' is not a price"]);
    cloud.write("rates.csv", b"* | m1.nano | hour | \xa31\n");
    goes_wrong(&cloud, 2, &["rates.csv:1:22: not UTF-8"]);
    fs::remove_file(cloud.path("rates.csv")).unwrap();
    goes_wrong(&cloud, 2, &["rates.csv", "correct rates.file"]);
}

#[test]
fn mistakes_in_names_and_rates_are_reported_at_once() {
    let cloud = cloud();
    cloud.set("rates", "{file: rates.csv, names: names.csv}");
    cloud.write("names.csv", "m1.nano | VM\nm1.nano | Machine\nm1.small\n").write("rates.csv", "* | VM | hour\n");

    goes_wrong(
        &cloud,
        2,
        &["names.csv:2:1: 'm1.nano' has a name already", "names.csv:3:1: 1 columns", "rates.csv:1:1: 3 columns"],
    );
    fs::remove_file(cloud.path("names.csv")).unwrap();
    goes_wrong(&cloud, 2, &["names.csv"]);
}
