//! Directories with files of clouds, and variables: what is found, and which of it counts.

use std::fs;
use std::path::Path;

use artifice_settings::Document;
use tempfile::TempDir;

use super::*;

/// A person's home, a directory in it, and `/etc`.
struct Around {
    directory: TempDir,
    variables: Vec<(String, String)>,
}

impl Around {
    fn new() -> Around {
        let directory = tempfile::tempdir().unwrap();
        let variables = vec![("HOME".to_owned(), directory.path().join("home").display().to_string())];
        Around { directory, variables }
    }

    fn file(self, name: &str, text: &str) -> Around {
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Around {
        let value = value.replace("DIR", &self.directory.path().display().to_string());
        self.variables.push((name.to_owned(), value));
        self
    }

    /// What is said of the cloud that this section asks for: keys with values, or else mistakes.
    fn asked(&self, section: &str) -> Vec<String> {
        let path = |name: &str| self.directory.path().join(name);
        let environment = Environment::new(self.variables.clone(), &path("here"), &path("etc"));
        let document = Document::configuration("c.yaml", section.to_owned()).unwrap();
        let mut map = document.root().map().unwrap();
        let (cloud, region) = (map.get("cloud"), map.get("region").map(Said::Written));
        let asked = Asked { at: map.node().clone(), cloud, region };
        let found = with(&environment, &asked, |said| {
            let text = |said: &Said<'_>| said.text().unwrap();
            Some(said.said.iter().map(|(key, value)| format!("{key}={}", text(value))).collect::<Vec<_>>())
        });
        drop((asked, map));
        let plain = |text: String| text.replace(&format!("{}/", self.directory.path().display()), "");
        let mistakes: Vec<String> = document.mistakes().iter().map(|mistake| plain(mistake.to_string())).collect();
        match found {
            Some(found) if mistakes.is_empty() => found,
            _ => mistakes,
        }
    }

    #[track_caller]
    fn says(&self, section: &str, expected: &[&str]) {
        assert_eq!(self.asked(section), expected);
    }

    /// The first mistake, where there are all those.
    #[track_caller]
    fn refuses(&self, section: &str, expected: &[&str]) {
        let found = self.asked(section);
        assert!(expected.iter().all(|says| found.iter().any(|line| line.contains(says))), "{found:#?}");
    }
}

const ONE: &str = "clouds:\n  one:\n    auth: {auth_url: http://one, username: u}\n    region_name: r\n";

#[test]
fn the_first_file_on_the_way_counts() {
    let of = |directory: &str| format!("clouds: {{a: {{auth: {{username: {directory}}}}}}}\n");
    let mut around = Around::new();
    for directory in ["etc/openstack", "etc/xdg/openstack", "home/.config/openstack", "here"] {
        around = around.file(&format!("{directory}/clouds.yaml"), &of(directory));
        around.says("cloud: a", &[&format!("username={directory}")]);
    }
    around = around.file("xdg/openstack/clouds.yml", &of("xdg")).variable("XDG_CONFIG_HOME", "DIR/xdg");
    around.says("cloud: a", &["username=here"]);
    fs::remove_file(around.directory.path().join("here/clouds.yaml")).unwrap();
    around.says("cloud: a", &["username=xdg"]);
    around = around.file("named.json", r#"{"clouds": {"a": {"auth": {"username": "named"}}}}"#);
    around.variable("OS_CLIENT_CONFIG_FILE", "DIR/named.json").says("cloud: a", &["username=named"]);
}

#[test]
fn secrets_may_stand_apart_and_go_before() {
    let around = Around::new()
        .file("here/clouds.yaml", ONE)
        .file("home/.config/openstack/secure.yaml", "clouds: {one: {auth: {password: s, username: v}}}\n");
    around.says("cloud: one", &["auth_url=http://one", "password=s", "region_name=r", "username=v"]);
    let around = around
        .file("elsewhere.yaml", "clouds: {one: {auth: {password: t}}}")
        .variable("OS_CLIENT_SECURE_FILE", "DIR/elsewhere.yaml");
    around.says("cloud: one", &["auth_url=http://one", "password=t", "region_name=r", "username=u"]);
}

#[test]
fn a_profile_is_what_a_cloud_begins_with() {
    let public =
        "public-clouds:\n  acme:\n    auth: {auth_url: http://acme, project_domain_name: d}\n    regions: [akl, wlg]\n";
    let cloud = |key: &str| format!("clouds: {{a: {{{key}: acme, auth: {{username: u}}, region_name: akl}}}}\n");
    for key in ["profile", "cloud"] {
        let around =
            Around::new().file("here/clouds.yaml", &cloud(key)).file("etc/openstack/clouds-public.yaml", public);
        let region = "here/clouds.yaml";
        assert!(around.directory.path().join(region).exists());
        around.says(
            "{cloud: a, region: wlg}",
            &["auth_url=http://acme", "profile=acme", "project_domain_name=d", "region_name=wlg", "username=u"],
        );
    }
    let around = Around::new().file("here/clouds.yaml", &cloud("profile"));
    around.refuses(
        "cloud: a",
        &["here/clouds.yaml:1:23: clouds.a.profile: there is no clouds-public.yaml in which a profile 'acme'"],
    );
    let around = around.file("here/clouds-public.yaml", "public-clouds: {acmee: {}}\n");
    around.refuses("cloud: a", &["there is no profile 'acme' in here/clouds-public.yaml; did you mean 'acmee'?"]);
}

#[test]
fn which_name_goes_before_which_is_openstacksdks() {
    let cloud = |text: &str| Around::new().file("here/clouds.yaml", &format!("clouds:\n  a:\n{text}"));
    // Names of projects, domains and tokens beside `auth` go before those in it; others do not.
    cloud("    auth: {project_name: in, username: in}\n    project_name: beside\n    username: beside\n")
        .says("cloud: a", &["project_name=beside", "username=in"]);
    cloud("    auth: {tenant_name: t, project_name: p}\n").says("cloud: a", &["project_name=p"]);
    cloud("    auth: {project-name: p}\n    endpoint_type: internalURL\n    auth_plugin: token\n")
        .says("cloud: a", &["auth_type=token", "interface=internalURL", "project_name=p"]);
    // Anchors and merge keys are YAML.
    cloud("    &x\n    auth: &y {username: u, password: 'a${b'}\n  b:\n    <<: *x\n    auth: {<<: *y, username: w}\n")
        .says("cloud: b", &["password=a${b", "username=w"]);
    // What other programs read is no mistake; what is nearly one of ours is.
    cloud("    auth: {username: u}\n    identity_api_version: 3\n    networks: [{name: x}]\n")
        .says("cloud: a", &["username=u"]);
    cloud("    auth: {usrname: u}\n    region_nam: x\n").refuses(
        "cloud: a",
        &[
            "here/clouds.yaml:3:21: clouds.a.auth.usrname: artifice knows no such key here; did you mean 'username'?",
            "clouds.a.region_nam: there is no such key; did you mean 'region_name'?",
        ],
    );
}

#[test]
fn of_several_regions_one_is_named() {
    let cloud = |text: &str| Around::new().file("here/clouds.yaml", &format!("clouds: {{a: {{{text}}}}}\n"));
    cloud("region_name: x").says("cloud: a", &["region_name=x"]);
    cloud("regions: [x]").says("cloud: a", &["region_name=x"]);
    for several in ["regions: [x, y]", "region_name: 'x,y'", "region_name: [x, y]"] {
        let around = cloud(several);
        around.refuses("cloud: a", &["several regions; choose one with openstack.region or OS_REGION_NAME: x, y"]);
        around.says("{cloud: a, region: y}", &["region_name=y"]);
        around.refuses("{cloud: a, region: z}", &["c.yaml:1:20: region: 'z' is no region of the cloud a; "]);
    }
    let values = "regions: [{name: x, values: {auth: {username: vx}, interface: admin}}, y], auth: {username: u}";
    cloud(values).says("{cloud: a, region: x}", &["interface=admin", "region_name=x", "username=vx"]);
    cloud(values).says("{cloud: a, region: y}", &["region_name=y", "username=u"]);
    cloud("regions: [{nam: x}]")
        .refuses("cloud: a", &["name is missing; write the region's name", "did you mean 'name'?"]);
}

#[test]
fn which_cloud_is_meant() {
    let two = "clouds: {one: {region_name: a}, two: {region_name: b}}\n";
    let around = Around::new().file("here/clouds.yaml", two);
    around.refuses("{}", &["here/clouds.yaml has several clouds; choose one with `cloud:` or OS_CLOUD: one, two"]);
    around.refuses(
        "cloud: onne",
        &["c.yaml:1:8: cloud: there is no cloud 'onne' in here/clouds.yaml; did you mean 'one'?"],
    );
    let around = around.variable("OS_CLOUD", "two").variable("OS_USERNAME", "u");
    around.says("{}", &["region_name=b"]);
    around.says("cloud: one", &["region_name=a"]);
    around.says("cloud: envvars", &["username=u"]);
    around
        .variable("OS_CLOUD", "three")
        .refuses("{}", &["OS_CLOUD: there is no cloud 'three' in here/clouds.yaml; it can be"]);
    Around::new().file("here/clouds.yaml", ONE).says("{}", &["auth_url=http://one", "region_name=r", "username=u"]);
    Around::new()
        .file("here/clouds.yaml", "clouds: {}\n")
        .refuses("cloud: a", &["there are no clouds in here/clouds.yaml"]);
}

#[test]
fn the_environment_is_a_cloud_too() {
    let around = Around::new()
        .variable("OS_AUTH_URL", "http://k")
        .variable("OS_TENANT_NAME", "t")
        .variable("OS_PROJECT_ID", "")
        .variable("OS_ENDPOINT_TYPE", "publicURL")
        .variable("OS_VERBOSE", "1");
    around.says("{}", &["auth_url=http://k", "interface=publicURL", "project_name=t"]);
    // It goes before a file of which nobody says which cloud is meant.
    around.file("here/clouds.yaml", ONE).says("{}", &["auth_url=http://k", "interface=publicURL", "project_name=t"]);
    // A region says only which one is meant.
    let around = Around::new().file("here/clouds.yaml", ONE).variable("OS_REGION_NAME", "r");
    around.says("{}", &["auth_url=http://one", "region_name=r", "username=u"]);
    let around = around.variable("OS_REGION_NAME", "q");
    around.refuses("{}", &["OS_REGION_NAME: 'q' is no region of the cloud one; did you mean 'r'?"]);
    // What the configuration says itself the environment does not change.
    around.says("cloud: one", &["auth_url=http://one", "region_name=r", "username=u"]);
}

#[test]
fn a_file_that_cannot_be_read_is_not_passed_over() {
    let broken = Around::new().file("here/clouds.yaml", "clouds: [").file("etc/openstack/clouds.yaml", ONE);
    broken.refuses("cloud: one", &["here/clouds.yaml:", "not valid YAML"]);
    let missing = Around::new().variable("OS_CLIENT_CONFIG_FILE", "DIR/nowhere.yaml");
    missing.refuses("cloud: one", &["OS_CLIENT_CONFIG_FILE: there is no nowhere.yaml; name a file that is there"]);
    let directory = Around::new().file("here/clouds.yaml/x", "");
    directory.refuses("cloud: one", &["here/clouds.yaml: it is a directory; let whoever runs artifice read it"]);
    let list = Around::new().file("here/clouds.yaml", "clouds: {one: [x]}\n");
    list.refuses("cloud: one", &["here/clouds.yaml:1:15: clouds.one: keys with values are expected here"]);
}

#[test]
fn home_is_where_a_path_begins_with_a_tilde() {
    let environment =
        Environment::new([("HOME".to_owned(), "/people/u".to_owned())], Path::new("/"), Path::new("/etc"));
    assert_eq!(environment.path("~/ca.pem"), Path::new("/people/u/ca.pem"));
    assert_eq!(environment.path("ca.pem"), Path::new("ca.pem"));
}
