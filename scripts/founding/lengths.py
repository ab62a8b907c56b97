"""Lengths of time that genesis fixes (docs/adr/0006-lengths-at-genesis.md), and those of a public network.

The node's preset `local` has others, in which a person can watch everything happen. Those here are what the runtime takes where genesis
says nothing, which `check` compares; they are written out all the same, so that founders sign what they can read. What is below the
least would be raised by the runtime without a word."""
import typing

# Blocks, which are slots of 3 seconds.
HOUR, DAY = 1_200, 28_800
# More than any of them needs: whoever writes more took blocks for milliseconds.
MONTH = 30 * DAY


class Length(typing.NamedTuple):
    section: str  # of the genesis
    field: str  # there
    ordinary: int
    least: int
    most: int


LENGTHS = {
    # An hour: a set that changes waits two of them, and each leaves light clients a proof. Never changed. At most a day.
    "epochSlots": Length("lengths", "epochSlots", HOUR, 4, DAY),
    "orderDeadlineBlocks": Length("keys", "orderDeadline", DAY, 10, MONTH),
    "settlementWindowBlocks": Length("keys", "settlementWindow", DAY, 2, MONTH),
    "lockWindowBlocks": Length("keys", "lockWindow", DAY, 10, MONTH),
    "seatLifetimeBlocks": Length("seeders", "seatLifetimeBlocks", HOUR, 10, MONTH),
    "closingWindowBlocks": Length("channels", "closingWindowBlocks", DAY, 10, MONTH),
    "eraBlocks": Length("rewards", "eraBlocks", DAY, 10, MONTH),
    # In sessions: a week of them. Never changed.
    "unbondingSessions": Length("validators", "unbondingSessions", 168, 4, 168),
    # A week, in which who does not agree can leave.
    "noticeBlocks": Length("decisions", "noticeBlocks", 7 * DAY, 10, MONTH),
}
# The one that the runtime does not know unless genesis says it: it would take the least.
NEEDED = "epochSlots"
