"""Drives the emulator with W&B's own SDK and CLI, and prints what came of each call.

Reads a JSON document from standard input: where the emulator is, keys and identity tokens to act by, and a folder. Prints one line
of JSON for each call, in order: its name, and "ok", or how it was refused. What the SDK prints itself goes to standard error.
"""

import json
import os
import subprocess
import sys

given = json.load(sys.stdin)
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

os.environ.update(
    HOME=given["folder"],
    WANDB_DIR=given["folder"],
    WANDB_CONFIG_DIR=given["folder"],
    WANDB_CACHE_DIR=given["folder"],
    WANDB_DATA_DIR=given["folder"],
    WANDB_CREDENTIALS_FILE=os.path.join(given["folder"], "credentials.json"),
    WANDB_BASE_URL=given["base_url"],
    WANDB_SILENT="true",
    WANDB_ERROR_REPORTING="false",
    WANDB__DISABLE_STATS="true",
)

import requests
import wandb

print(json.dumps({"call": "version", "outcome": wandb.__version__}), file=answers, flush=True)


def tell(call, act, expected=True):
    """Acts, and tells whether that gave what was expected."""
    try:
        found = act()
        outcome = "ok" if found == expected or expected is True and found else f"gave {found!r}"
    except Exception as error:  # whatever the SDK makes of a refusal
        outcome = f"refused: {type(error).__name__}: {error}".splitlines()[0]
    print(json.dumps({"call": call, "outcome": outcome}), file=answers, flush=True)


def graphql(query, **variables):
    """Asks for what the SDK has no call for."""
    answer = requests.post(
        given["base_url"] + "/graphql",
        json={"query": query, "variables": variables},
        auth=("api", given["admin_key"]),
        timeout=30,
    ).json()
    return answer["data"]


def cli(*arguments, **environment):
    """Runs W&B's command line; its exit code."""
    command = [sys.executable, "-m", "wandb", *arguments]
    finished = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)
    if finished.returncode != 0:
        raise RuntimeError((finished.stdout + finished.stderr).strip())
    return True


def as_admin():
    api = wandb.Api(api_key=given["admin_key"])
    tell("Api.viewer", lambda: api.viewer.username, "ada")
    tell("Api.default_entity", lambda: api.default_entity, "ada")
    tell("Api.user(USERNAME)", lambda: api.user("grace").email, "grace@acme.example")
    tell("Api.user(EMAIL)", lambda: api.user("grace@acme.example").username, "grace")
    tell("Api.user(NOBODY)", lambda: api.user("nobody") is None)
    tell("Api.users", lambda: [user.username for user in api.users("grace")], ["grace"])
    tell("Api.create_user", lambda: wandb.Api(api_key=given["admin_key"]).create_user("new@acme.example").email, "new@acme.example")
    tell("Api.create_team", lambda: api.create_team("vision").name, "vision")
    tell("Api.team", lambda: [member.username for member in api.team("vision").members], ["ada"])
    team = api.team("vision")
    tell("Team.invite(USERNAME)", lambda: team.invite("grace"))
    tell("Team.invite(EMAIL)", lambda: team.invite("somebody@elsewhere.example"))
    tell("Team.invite(MEMBER)", lambda: team.invite("ada"))
    tell("Team.create_service_account", lambda: team.create_service_account("nightly").name, "nightly")
    tell("Team.load", lambda: len(team.load(force=True)["members"]), 4)
    tell("Member.delete", lambda: [member for member in api.team("vision").members if member.name == "nightly"][0].delete())

    viewer = api.viewer
    before = len(viewer.api_keys)
    made = []
    tell("User.generate_api_key", lambda: made.append(viewer.generate_api_key("from the SDK")) or made[0])
    tell("User.api_keys", lambda: len(wandb.Api(api_key=given["admin_key"]).viewer.api_keys), before + 1)
    tell("User.delete_api_key", lambda: wandb.Api(api_key=given["admin_key"]).viewer.delete_api_key(made[0]))
    tell("User.teams", lambda: sorted(wandb.Api(api_key=given["admin_key"]).viewer.teams), ["research", "vision"])


def logins():
    tell("wandb.login(verify)", lambda: wandb.login(key=given["admin_key"], verify=True, relogin=True))
    tell("wandb login --verify", lambda: cli("login", "--verify", "--relogin", given["admin_key"]))
    wrong = "0123456789abcdef0123456789abcdef01234567"
    tell("wandb login --verify WRONG_KEY", lambda: cli("login", "--verify", "--relogin", wrong))
    tell("wandb status", lambda: cli("status"))
    for name in ("person", "account"):
        file = os.path.join(given["folder"], f"{name}.jwt")
        with open(file, "w") as token:
            token.write(given[f"{name}_token"])
        program = "import wandb; print(wandb.Api().viewer.username)"
        environment = {key: value for key, value in os.environ.items() if key != "WANDB_API_KEY"}
        # The SDK keeps one access token for each server in it.
        credentials = os.path.join(given["folder"], f"{name}.json")
        environment.update(WANDB_IDENTITY_TOKEN_FILE=file, WANDB_CREDENTIALS_FILE=credentials, NETRC="/nowhere/netrc")

        def viewer():
            command = [sys.executable, "-c", program]
            run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
            if run.returncode != 0:
                raise RuntimeError(run.stderr.strip().splitlines()[-1])
            return run.stdout.strip().splitlines()[-1]

        tell(f"Api.viewer by WANDB_IDENTITY_TOKEN_FILE ({name})", viewer, given[f"{name}_name"])


def log_run(key, **environment):
    """Logs a small run in a process of its own; whom it is attributed to."""
    program = """
import wandb
with wandb.init(entity="research", project="demo", config={"lr": 0.1}) as run:
    for step in range(3):
        run.log({"loss": 1 / (step + 1)})
print(run.id)
"""
    everything = {**os.environ, **environment, "WANDB_API_KEY": key}
    finished = subprocess.run([sys.executable, "-c", program], env=everything, capture_output=True, text=True, timeout=180)
    if finished.returncode != 0:
        raise RuntimeError(finished.stderr.strip().splitlines()[-1])
    run = graphql(
        "query Run($name: String!) { project(name: \"demo\", entityName: \"research\") { run(name: $name) "
        "{ state summaryMetrics historyLineCount user { username } } } }",
        name=finished.stdout.strip().splitlines()[-1],
    )["project"]["run"]
    loss = json.loads(run["summaryMetrics"] or "{}").get("loss")
    assert run["state"] == "finished" and abs(loss - 1 / 3) < 1e-6, run
    return run["user"]["username"]


def runs():
    key, account = given["account_key"], given["key_account"]
    tell("wandb.init, Run.log, Run.finish", lambda: log_run(key), account)
    tell("run with WANDB_USERNAME of a member", lambda: log_run(key, WANDB_USERNAME="grace"), "grace")
    tell("run with WANDB_USER_EMAIL of a member", lambda: log_run(key, WANDB_USER_EMAIL="grace@acme.example"), "grace")
    tell("run with WANDB_USERNAME of somebody outside the team", lambda: log_run(key, WANDB_USERNAME="linus"), account)


def not_offered():
    api = wandb.Api(api_key=given["admin_key"])
    tell("Api.projects", lambda: list(api.projects("research")))
    tell("Api.runs", lambda: list(api.runs("research/demo")))
    tell("Api.sweep", lambda: api.sweep("research/demo/abc"))
    tell("Api.artifact", lambda: api.artifact("research/demo/model:latest"))
    tell("Api.registries", lambda: list(api.registries(organization="acme")))
    tell("Api.create_run_queue", lambda: api.create_run_queue("queue", "local-container", entity="research"))


as_admin()
logins()
runs()
not_offered()
