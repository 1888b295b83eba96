"""The services of the proof."""

from tests.chaos.tasks.ledger import app as ledger
from tests.chaos.tasks.teller import app as teller
from tests.chaos.tasks.worker import app as worker

TABLE = (teller.service, ledger.service, worker.service)
