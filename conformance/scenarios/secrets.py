"""What a till must keep to itself. Played last: it looks at everything that the till has said in the run."""

import dataclasses
import json

from conformance.scenario import scenario
from conformance.stage import Stage, need


@scenario(
    "key_stays_secret",
    title="The till's key",
    rule="The key travels in the `Authorization` header and nowhere else: no address, body, receipt, screen or log.",
    section="rules-for-every-call",
    advice="Keep the key in one place, and never print it, log it, or put it into an address.",
)
def key_stays_secret(stage: Stage) -> None:
    sale = stage.sale()
    stage.sell(sale)
    for step in stage.driver.steps:
        if step.screen is not None:
            shown = json.dumps(dataclasses.asdict(step.screen))
            need(stage.key not in shown, f"its screen or receipt has the key, after {step.command['do']!r}")
    need(stage.key not in stage.driver.port.said(), "its log (standard error) has the key")
    for each in stage.between.everything():
        need(stage.key not in each.path, f"the key stands in an address: {each.method} {each.call}")
        need(stage.key.encode() not in each.body, f"the key stands in a body: {each.method} {each.call}")
        others = [name for name, value in each.headers.items() if name != "authorization" and stage.key in value]
        need(not others, f"the key stands in other headers: {', '.join(others)}")
    sent = [each.headers.get("authorization", "") for each in stage.between.recording.exchanges]
    need(f"Bearer {stage.key}" in sent, "it did not send the key in the Authorization header")
