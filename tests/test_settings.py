"""What the environment and the command line become, and what is said when they are wrong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.settings import NAMES, OPTIONS, Settings, WrongSettings, read_settings
from bot.store.address import Address

OPERATING = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
TOKEN = "bXkgc2VjcmV0.Gq-7_x.0123456789abcdefghijklmnopqrstuvwxyzAB"
BOT = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzygqy"
APP = "xapp-1-A0123456789-5678901234567-c0ffee5eed"
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"
DATABASE = "postgres://rounds:pAss%40word@db.example.org:5432/club?sslmode=require"
SLACK = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "SLACK_SIGNING_SECRET": SIGNING}


def mistakes(environment: dict[str, str], options: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        read_settings(environment, options)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return list(caught.value.mistakes)


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = read_settings({"PATH": "/bin", "HOME": "/root"})
    assert settings == Settings("127.0.0.1", 8080, "", Path("chats"), Path("data"), "info")
    assert settings.url == "http://127.0.0.1:8080"
    assert settings.store == Path("data/rounds.db")


def test_every_setting_is_read() -> None:
    settings = read_settings(
        {
            "HOST": "0.0.0.0",
            "PORT": "9000",
            "ROUNDS_URL": "https://Chat.Example.org/",
            "ROUNDS_CHATS": "/srv/chats",
            "ROUNDS_DATA": "../store",
            "ROUNDS_LOG": "DEBUG",
            "ROUNDS_LOG_FORMAT": "JSON",
            "ROUNDS_METRICS": "9100",
            "DISCORD_TOKEN": f" {TOKEN}\n",
            "DISCORD_API": "HTTP://Proxy:9000/discord/api/v10/",
            "SLACK_BOT_TOKEN": f"{BOT}\n",
            "SLACK_APP_TOKEN": APP,
            "SLACK_SIGNING_SECRET": f" {SIGNING}",
            "SLACK_API": "HTTP://Proxy:9000/slack/api",
            "DATABASE_URL": f" {DATABASE}\n",
        }
    )
    assert settings == Settings(
        "0.0.0.0",
        9000,
        "https://chat.example.org",
        Path("/srv/chats"),
        Path("../store"),
        "debug",
        TOKEN,
        "http://proxy:9000/discord/api/v10",
        BOT,
        APP,
        SIGNING,
        "http://proxy:9000/slack/api/",
        "json",
        Address(DATABASE),
        ("127.0.0.1", 9100),
    )
    assert settings.url == "https://chat.example.org"


def test_each_name_is_read_into_a_setting_of_its_own() -> None:
    assert len(NAMES) == len(dataclasses.fields(Settings))


def test_an_empty_value_counts_as_none() -> None:
    assert read_settings(dict.fromkeys(NAMES, " ")) == Settings()


def test_an_option_wins_over_the_environment() -> None:
    environment = {"PORT": "9000", "HOST": "::1", "ROUNDS_CHATS": "a", "ROUNDS_DATA": "b"}
    options = {"PORT": "9001", "HOST": "localhost", "ROUNDS_CHATS": "c", "ROUNDS_DATA": "d"}
    settings = read_settings(environment, options)
    assert settings == Settings("localhost", 9001, "", Path("c"), Path("d"))


def test_an_empty_option_counts_as_none() -> None:
    assert read_settings({"PORT": "9000"}, {"PORT": " ", "HOST": ""}) == Settings(port=9000)


def test_the_store_is_in_a_database_where_one_is_named_and_no_folder_on_the_command_line() -> None:
    environment = {"DATABASE_URL": DATABASE, "ROUNDS_DATA": "b"}
    assert read_settings(environment).where == Address(DATABASE)
    assert read_settings(environment, {"PORT": "1"}).where == Address(DATABASE)
    assert read_settings(environment, {"ROUNDS_DATA": "c"}).where == Path("c/rounds.db")
    assert read_settings({"DATABASE_URL": "x"}, {"ROUNDS_DATA": "c"}).where == Path("c/rounds.db")
    assert read_settings({"ROUNDS_DATA": "b"}).where == Path("b/rounds.db")


def test_an_address_of_a_database_is_shown_nowhere_be_it_right_or_wrong() -> None:
    (sentence,) = mistakes({"DATABASE_URL": DATABASE.replace("postgres:", "mysql:")})
    assert sentence.startswith("DATABASE_URL is no address of a PostgreSQL database.")
    settings = read_settings({"DATABASE_URL": DATABASE})
    for shown in (sentence, repr(settings), str(settings), repr(settings.where)):
        assert "pAss" not in shown


@pytest.mark.parametrize("given", [DATABASE, DATABASE.replace("//", "/"), "mysql://u:pAss@h/x"])
def test_an_address_in_the_place_of_the_folder_is_refused_and_not_shown(given: str) -> None:
    for sentences, name in (
        (mistakes({"ROUNDS_DATA": given}), "ROUNDS_DATA"),
        (mistakes({}, {"ROUNDS_DATA": given}), "--data"),
    ):
        (sentence,) = sentences
        assert sentence.startswith(f"{name} is the name of a folder, and this is an address.")
        assert "DATABASE_URL, and looks like postgresql://USER:PASSWORD@HOST:5432/NAME" in sentence
        assert "pAss" not in sentence


def test_the_store_itself_in_the_place_of_its_folder_means_its_folder(tmp_path: Path) -> None:
    store = tmp_path / "rounds.db"
    store.touch()
    for settings in (
        read_settings({"ROUNDS_DATA": str(store)}),
        read_settings({}, {"ROUNDS_DATA": str(store)}),
        read_settings({"ROUNDS_DATA": str(tmp_path)}),
    ):
        assert (settings.data, settings.store) == (tmp_path, store)
    folder = tmp_path / "new" / "rounds.db"
    assert read_settings({"ROUNDS_DATA": str(folder)}).data == folder, "there is no such file"


def test_an_option_also_wins_over_a_wrong_value() -> None:
    assert read_settings({"PORT": "none"}, {"PORT": "9001"}).port == 9001


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("localhost", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),
        ("[::1]", "http://[::1]:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("rounds.example.org", "http://rounds.example.org:8080"),
    ],
)
def test_the_address_for_people_can_be_opened_as_it_is_printed(host: str, url: str) -> None:
    assert read_settings({"HOST": host}).url == url


@pytest.mark.parametrize(
    "host", ["http://localhost", "localhost:8080", "a b", "300.1.1.1", "-x", "x/", "1.2.3", "a\nb"]
)
def test_a_wrong_host_is_refused(host: str) -> None:
    (sentence,) = mistakes({"HOST": host})
    assert sentence.startswith("HOST is “")
    assert "like 127.0.0.1" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "port", ["http", "-1", "0", "65536", "8080.0", "٨٠٨٠", "1e3", "8_080", "123456"]
)
def test_a_wrong_port_is_refused(port: str) -> None:
    (sentence,) = mistakes({"PORT": port})
    assert sentence.startswith(f"PORT is “{port}”: write a number from 1 to 65535")


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_least_and_the_greatest_port_are_taken(port: str) -> None:
    assert read_settings({"PORT": port}).port == int(port)


@pytest.mark.parametrize(
    "url",
    [
        "chat.example.org",
        "ftp://chat.example.org",
        "javascript:alert(1)",
        "https://",
        "https://chat.example.org/rounds",
        "https://chat.example.org?x=1",
        "https://chat.example.org/#",
        "https://me:secret@chat.example.org",
        "https://chat.example.org:99999",
        "https://[::1",
        "https://a b",
        "https://exa<mple.org",
    ],
)
def test_a_wrong_public_address_is_refused(url: str) -> None:
    (sentence,) = mistakes({"ROUNDS_URL": url})
    assert sentence.startswith("ROUNDS_URL is “")
    assert "like https://chat.example.org" in sentence


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://chat.example.org", "https://chat.example.org"),
        ("http://localhost:9000/", "http://localhost:9000"),
        ("HTTPS://CHAT.EXAMPLE.ORG", "https://chat.example.org"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_taken_without_its_slash(given: str, url: str) -> None:
    assert read_settings({"ROUNDS_URL": given}).url == url


@pytest.mark.parametrize(
    ("text", "where"),
    [("[::1]:1", ("::1", 1)), ("0.0.0.0:80", ("0.0.0.0", 80)), ("host:65535", ("host", 65535))],
)
def test_where_metrics_are_served_is_a_host_and_a_port(text: str, where: tuple[str, int]) -> None:
    assert read_settings({"ROUNDS_METRICS": text}).metrics == where


@pytest.mark.parametrize("text", ["on", "127.0.0.1", ":9100", "1:2:3", "http://a:1", "a:70000"])
def test_a_wrong_address_for_metrics_is_refused(text: str) -> None:
    (mistake,) = mistakes({"ROUNDS_METRICS": text})
    assert mistake.startswith(f"ROUNDS_METRICS is “{text}”: write the address to listen at as")


def test_a_wrong_form_of_the_log_names_the_forms() -> None:
    assert mistakes({"ROUNDS_LOG_FORMAT": "xml"}) == [
        "ROUNDS_LOG_FORMAT is “xml”: write one of lines, json."
    ]


def test_a_wrong_level_names_the_levels() -> None:
    assert mistakes({"ROUNDS_LOG": "loud"}) == [
        "ROUNDS_LOG is “loud”: write one of debug, info, warning, error."
    ]


# ---------------------------------------------------------------- Discord


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (f"Bot {TOKEN}", "DISCORD_TOKEN begins with “Bot ”, which Rounds adds itself."),
        (f"bot  {TOKEN}", "DISCORD_TOKEN begins with “Bot ”, which Rounds adds itself."),
        (TOKEN.replace(".", " ."), "DISCORD_TOKEN has white space in it"),
        (TOKEN.replace(".", "\n"), "DISCORD_TOKEN has white space in it"),
        (f'"{TOKEN}"', "such as a quotation mark"),
        (f"{TOKEN}\x1b", "DISCORD_TOKEN holds a sign that no token has"),
    ],
)
def test_a_wrong_token_is_told_without_any_of_it(given: str, says: str) -> None:
    (sentence,) = mistakes({"DISCORD_TOKEN": given})
    assert says in sentence
    assert not any(part in sentence for part in TOKEN.split("."))


def test_settings_do_not_show_the_token() -> None:
    settings = read_settings({"DISCORD_TOKEN": TOKEN})
    assert settings.discord_token == TOKEN
    assert not any(part in f"{settings!r} {settings}" for part in TOKEN.split("."))


@pytest.mark.parametrize(
    "api",
    [
        "127.0.0.1:9000/api/v10",
        "http://127.0.0.1:9000/api",
        "http://127.0.0.1:9000/api/v9",
        "http://127.0.0.1:9000/api/v100",
        "http://127.0.0.1:9000/api/v10/gateway",
        "http://127.0.0.1:9000/api?x=/v10",
        "http://127.0.0.1:9000/#/v10",
        "http://127.0.0.1:9000/a b/v10",
        "ws://127.0.0.1:9000/api/v10",
        "https://me:secret@example.org/api/v10",
        "http://:9000/api/v10",
        "/v10",
    ],
)
def test_a_wrong_address_of_discord_is_refused(api: str) -> None:
    (sentence,) = mistakes({"DISCORD_API": api})
    assert sentence.startswith("DISCORD_API is “")
    assert "like http://127.0.0.1:9000/api/v10" in sentence


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("DISCORD_TOKN", "DISCORD_TOKEN"),
        ("DISCORD_TOKENS", "DISCORD_TOKEN"),
        ("discord_token", "DISCORD_TOKEN"),
        ("DISCORD_BOT_TOKEN", "DISCORD_TOKEN"),
        ("DISCORD_API_URL", "DISCORD_API"),
        ("ROUNDS_DISCORD_TOKEN", "DISCORD_TOKEN"),
        ("ROUNDS_TOKEN", "DISCORD_TOKEN"),
    ],
)
def test_a_misspelt_name_for_discord_is_reported_without_its_value(name: str, known: str) -> None:
    assert mistakes({name: TOKEN}) == [f"“{name}” is no setting. Did you mean {known}?"]


def test_names_for_discord_that_other_programs_have_are_let_be() -> None:
    others = ("DISCORD_WEBHOOK_URL", "DISCORD_GUILD_ID", "DISCORD_APP_ID", "DISCORDIA_TOKEN")
    assert read_settings(dict.fromkeys(others, "1")) == Settings()


# ---------------------------------------------------------------- Slack


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("SLACK_BOT_TOKEN", BOT.replace("xoxb", "xoxp"), "SLACK_BOT_TOKEN is no bot's token. Give"),
        ("SLACK_BOT_TOKEN", APP, "SLACK_BOT_TOKEN is no bot's token. Give"),
        ("SLACK_BOT_TOKEN", SIGNING, "SLACK_BOT_TOKEN is no bot's token. Give"),
        ("SLACK_BOT_TOKEN", f"Bearer {BOT}", "SLACK_BOT_TOKEN is no bot's token. Give"),
        ("SLACK_BOT_TOKEN", f'"{BOT}"', "SLACK_BOT_TOKEN is no bot's token. Give"),
        ("SLACK_BOT_TOKEN", f"xoxe.{BOT}", "Switch token rotation off"),
        ("SLACK_BOT_TOKEN", BOT.replace("-p", "- p"), "SLACK_BOT_TOKEN has white space in it"),
        ("SLACK_BOT_TOKEN", f"{BOT}'", "SLACK_BOT_TOKEN holds a sign that no token has"),
        ("SLACK_BOT_TOKEN", f"{BOT}\x1b", "SLACK_BOT_TOKEN holds a sign that no token has"),
        ("SLACK_APP_TOKEN", BOT, "SLACK_APP_TOKEN is no app-level token. Give"),
        ("SLACK_APP_TOKEN", APP.replace("-c", "\nc"), "SLACK_APP_TOKEN has white space in it"),
        ("SLACK_APP_TOKEN", f"{APP};", "SLACK_APP_TOKEN holds a sign that no token has"),
        ("SLACK_SIGNING_SECRET", BOT, "SLACK_SIGNING_SECRET is a token. Give the Signing Secret"),
        ("SLACK_SIGNING_SECRET", APP, "SLACK_SIGNING_SECRET is a token. Give the Signing Secret"),
        ("SLACK_SIGNING_SECRET", f"{SIGNING[:9]} {SIGNING[9:]}", "has white space in it"),
        ("SLACK_SIGNING_SECRET", f"“{SIGNING}”", "a sign that no secret has, such as a quotation"),
    ],
)
def test_a_wrong_secret_of_slack_is_told_without_any_of_it(
    name: str, given: str, says: str
) -> None:
    (sentence,) = mistakes(SLACK | {name: given})
    assert sentence.startswith(name)
    assert says in sentence
    assert not any(part in sentence for part in ("17653672481", "5678901234567", SIGNING[-8:]))


def test_settings_do_not_show_the_secrets_of_slack() -> None:
    settings = read_settings(SLACK)
    written = f"{settings!r} {settings}"
    assert (settings.slack_bot_token, settings.slack_app_token) == (BOT, APP)
    assert settings.slack_signing_secret == SIGNING
    assert not any(secret in written for secret in SLACK.values())


@pytest.mark.parametrize("name", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_with_the_bots_token_one_way_to_hear_is_enough(name: str) -> None:
    settings = read_settings({"SLACK_BOT_TOKEN": BOT, name: SLACK[name]})
    given = {settings.slack_bot_token, settings.slack_app_token, settings.slack_signing_secret}
    assert given == {BOT, SLACK[name], ""}


@pytest.mark.parametrize("token", [BOT, "xoxp-1"])
def test_a_bots_token_alone_is_answered_with_both_ways_to_hear(token: str) -> None:
    *_, sentence = mistakes({"SLACK_BOT_TOKEN": token})
    assert sentence == (
        "SLACK_BOT_TOKEN is not enough by itself. For Socket Mode, which needs no public address, "
        "set SLACK_APP_TOKEN. Give an app-level token with the scope connections:write, xapp-... "
        "(api.slack.com/apps, Basic Information, App-Level Tokens). Or, where Slack can open "
        "ROUNDS_URL, set SLACK_SIGNING_SECRET. Give the Signing Secret (api.slack.com/apps, Basic "
        "Information, App Credentials)."
    )


@pytest.mark.parametrize("name", ["SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
def test_what_goes_with_a_bots_token_is_of_no_use_without_it(name: str) -> None:
    (sentence,) = mistakes({name: SLACK[name], "SLACK_BOT_TOKEN": " "})
    assert sentence.startswith(f"{name} is of no use without SLACK_BOT_TOKEN. Give the Bot User")


def test_a_secret_that_is_wrong_is_not_said_to_be_missing_too() -> None:
    assert len(mistakes({"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": BOT})) == 1
    assert len(mistakes({"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": APP})) == 1


@pytest.mark.parametrize(
    "api",
    [
        "127.0.0.1:9000/api/",
        "http://127.0.0.1:9000",
        "http://127.0.0.1:9000/apis/",
        "http://127.0.0.1:9000/api/auth.test",
        "http://127.0.0.1:9000/?x=/api",
        "http://127.0.0.1:9000/#/api",
        "http://127.0.0.1:9000/a b/api",
        "ftp://127.0.0.1:9000/api",
        "https://me:secret@example.org/api/",
        "http://:9000/api/",
        "/api",
    ],
)
def test_a_wrong_address_of_slack_is_refused(api: str) -> None:
    (sentence,) = mistakes({"SLACK_API": api})
    assert sentence.startswith("SLACK_API is “")
    assert "like http://127.0.0.1:9000/api/" in sentence


def test_the_address_of_slack_ends_as_its_library_wants_it() -> None:
    for given in ("https://slack.com/api", "https://slack.com/api/", "https://SLACK.com/api//"):
        assert read_settings({"SLACK_API": given}).slack_api == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOTTOKEN", "SLACK_BOT_TOKEN"),
        ("slack_bot_token", "SLACK_BOT_TOKEN"),
        ("SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_API_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_BOT_USER_OAUTH_TOKEN", "SLACK_BOT_TOKEN"),
        ("SLACK_APPTOKEN", "SLACK_APP_TOKEN"),
        ("SLACK_APP_LEVEL_TOKEN", "SLACK_APP_TOKEN"),
        ("SLACK_SECRET", "SLACK_SIGNING_SECRET"),
        ("SLACK_SIGNING_KEY", "SLACK_SIGNING_SECRET"),
        ("SLACK_API_URL", "SLACK_API"),
        ("ROUNDS_SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("ROUNDS_SLACK_TOKEN", "SLACK_BOT_TOKEN"),
        ("ROUNDS_BOT_TOKEN", "SLACK_BOT_TOKEN"),
        ("ROUNDS_SIGNING_SECRET", "SLACK_SIGNING_SECRET"),
    ],
)
def test_a_misspelt_name_for_slack_is_reported_without_its_value(name: str, known: str) -> None:
    assert mistakes({name: BOT}) == [f"“{name}” is no setting. Did you mean {known}?"]


def test_names_for_slack_that_other_programs_have_are_let_be() -> None:
    others = ["SLACK_WEBHOOK_URL", "SLACK_CHANNEL", "SLACK_CHANNEL_ID", "SLACK_TEAM_ID"]
    others += ["SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_USER_TOKEN", "SLACK_APP_ID"]
    others += ["SLACK_BOT_ID", "SLACK_VERIFICATION_TOKEN", "SLACKBOT_TOKEN"]
    assert read_settings(dict.fromkeys(others, "1")) == Settings()


# ---------------------------------------------------------------- all of them


def test_everything_that_is_wrong_is_said_at_once() -> None:
    environment = {"HOST": "a b", "PORT": "x", "ROUNDS_URL": "x", "ROUNDS_LOG": "x", "ROUNDS_X": ""}
    environment |= {"DISCORD_TOKEN": "a b", "DISCORD_API": "x", "SLACK_API": "x"}
    environment |= {"DATABASE_URL": "x"}
    environment |= dict.fromkeys(SLACK, "a b")
    assert len(mistakes(environment)) == 12


def test_a_mistake_names_the_option_where_the_value_came_from_there() -> None:
    (sentence,) = mistakes({"PORT": "80"}, {"PORT": "eighty"})
    assert sentence.startswith("--port is “eighty”")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("ROUNDS_CHAT", "ROUNDS_CHATS"),
        ("ROUNDS_LOGS", "ROUNDS_LOG"),
        ("rounds_data", "ROUNDS_DATA"),
        ("ROUNDS_PORT", "PORT"),
        ("ROUNDS_HOST", "HOST"),
        ("ROUNDS_URLS", "ROUNDS_URL"),
        ("ROUNDS_DATABASE_URL", "DATABASE_URL"),
    ],
)
def test_an_unknown_name_is_reported_with_the_nearest_known_one(name: str, known: str) -> None:
    assert mistakes({name: "secret value"}) == [f"“{name}” is no setting. Did you mean {known}?"]


def test_an_unknown_name_like_no_other_is_reported_with_all() -> None:
    (sentence,) = mistakes({"ROUNDS_ZEBRA": "1"})
    assert all(name in sentence for name in NAMES)


def test_what_is_wrong_cannot_drive_a_terminal() -> None:
    (port, name) = mistakes({"PORT": "\x1b[2J\u202e8", "ROUNDS_\x07X": "1"})
    assert (port + name).isprintable()


def test_every_setting_is_explained_for_operators() -> None:
    text = OPERATING.read_text("utf-8")
    for name in NAMES:
        row = next((line for line in text.splitlines() if line.startswith(f"| `{name}` |")), "")
        assert row, f"docs/operating.md has no row for {name}"
        if name in OPTIONS:
            assert f"`{OPTIONS[name]}`" in row
    for default in ("127.0.0.1", "8080", "chats", "data", "info"):
        assert f"| `{default}` |" in text
