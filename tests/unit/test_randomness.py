"""The counter-based generator: the published splitmix64, uniform, and nobody shares a key.

Stochastic assertions run on fixed seeds; for a correct generator each fails with probability at
most ``FALSE_ALARM`` (1e-6) over the choice of the seed.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import chdtri, ndtri

from ips_econ.compilation import compiled
from ips_econ.population.randomness import (
    GOLDEN_GAMMA,
    Event,
    mix,
    person_key,
    replicate_key,
    uniform,
)

FALSE_ALARM = 1e-6
Z_LIMIT = -ndtri(FALSE_ALARM / 2)
MASK = 2**64 - 1

# Outputs of the reference implementation (Vigna 2015, splitmix64.c, after Steele, Lea & Flood
# 2014) for two seeds.
REFERENCE = {
    0: [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
        0xF88BB8A8724C81EC,
        0x1B39896A51A8749B,
    ],
    1234567: [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ],
}


@pytest.fixture(autouse=True)
def _wrapping_is_meant():  # uint64 arithmetic wraps around; numpy warns of it for scalars
    with np.errstate(over="ignore"):
        yield


@compiled
def lattice(seed, replicates, people, months, events):  # type: ignore[no-untyped-def]
    """Uniforms ``(replicate, person, month, event)``, months from 0."""
    result = np.zeros((replicates, people, months, len(events)))
    for r in range(replicates):
        replicate = replicate_key(seed, r)
        for i in range(people):
            key = person_key(replicate, i)
            for t in range(months):
                for e in range(len(events)):
                    result[r, i, t, e] = uniform(key, t, events[e])
    return result


EVENTS = np.array([event.value for event in Event])


def stream(key: int, n: int) -> int:
    """The ``n``-th output (from 1) of the reference generator started at ``key``, in integers."""
    z = (key + 0x9E3779B97F4A7C15 * n) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


@pytest.mark.parametrize("seed", REFERENCE)
def test_mix_is_splitmix64(seed: int) -> None:
    state = np.uint64(seed)
    for expected in REFERENCE[seed]:
        state = state + GOLDEN_GAMMA
        assert int(mix(state)) == expected
    assert [stream(seed, n) for n in range(1, 6)] == REFERENCE[seed]


@pytest.mark.parametrize("seed", [0, 1, 20261122])
@pytest.mark.parametrize(("replicate", "person"), [(0, 0), (5, 499), (1023, 7)])
def test_a_uniform_is_one_number_of_nested_streams(seed: int, replicate: int, person: int) -> None:
    key = stream(stream(stream(seed, 1), replicate + 1), person + 1)
    assert int(person_key(replicate_key(seed, replicate), person)) == key
    for month, event in ((0, Event.AGE), (1, Event.WORK), (240, Event.EPISODE_LENGTH)):
        expected = (stream(key, 64 * month + event.value + 1) >> 11) * 2.0**-53
        assert uniform(np.uint64(key), month, event.value) == expected


def test_compiled_and_plain_python_agree() -> None:
    table = lattice(3, 2, 3, 4, EVENTS)
    for r, i, t, e in np.ndindex(table.shape):
        key = person_key(replicate_key(3, r), i)
        assert table[r, i, t, e] == uniform(key, t, EVENTS[e])


def test_uniforms_lie_in_the_half_open_unit_interval() -> None:
    assert uniform(np.uint64(0), 0, 0) >= 0.0
    largest = np.float64(np.uint64(MASK) >> np.uint64(11)) * 2.0**-53
    assert largest < 1.0 and largest == 1.0 - 2.0**-53
    table = lattice(11, 4, 500, 13, EVENTS)
    assert table.min() >= 0.0 and table.max() < 1.0


def test_uniforms_are_uniform_for_every_event() -> None:
    """Chi-square of 64 cells and mean, by event; the false alarms of all events share 1e-6."""
    table = lattice(7, 10, 1000, 10, EVENTS)
    n = table[..., 0].size
    for e in range(len(EVENTS)):
        u = table[..., e].ravel()
        counts = np.bincount((u * 64).astype(int), minlength=64)
        chi_square = ((counts - n / 64) ** 2 / (n / 64)).sum()
        assert chi_square < chdtri(63, FALSE_ALARM / (2 * len(EVENTS)))
        limit = -ndtri(FALSE_ALARM / (4 * len(EVENTS)))
        assert abs(u.mean() - 0.5) * np.sqrt(12 * n) < limit


@pytest.mark.parametrize("axis", range(4), ids=["replicate", "person", "month", "event"])
def test_neighbours_on_every_axis_are_uncorrelated(axis: int) -> None:
    """Each correlation is normal with variance 1/n; the limit is that of FALSE_ALARM (1e-6)."""
    table = np.moveaxis(lattice(5, 20, 100, 24, EVENTS), axis, 0) - 0.5
    for lag in (1, 2, 8):
        product = (table[:-lag] * table[lag:]) * 12.0
        assert abs(product.sum()) / np.sqrt(product.size) < -ndtri(FALSE_ALARM / 6)


def test_nobody_shares_a_key() -> None:
    """A million keys of 64 bits coincide somewhere with probability 3e-8."""
    keys = set()
    for seed in (0, 1):
        for replicate in range(10):
            start = replicate_key(seed, replicate)
            people = np.arange(50_000, dtype=np.uint64)
            keys.update(mix(start + GOLDEN_GAMMA * (people + np.uint64(1))).tolist())
    assert len(keys) == 2 * 10 * 50_000


def test_no_two_events_of_a_life_share_a_counter() -> None:
    table = lattice(2, 1, 2, 241, EVENTS)
    assert len(np.unique(table)) == table.size
    values = sorted(event.value for event in Event)
    assert all(a != b for a, b in pairwise(values)) and values[-1] < 64


def test_attributes_and_months_do_not_overlap() -> None:
    attributes = {event for event in Event if event.value < Event.DEATH}
    assert {Event.AGE, Event.SEX, Event.SUBSTITUTION, Event.ENTRY_YEAR} <= attributes
    assert {Event.WORK, Event.BENEFIT, Event.ADMISSION}.isdisjoint(attributes)


@pytest.mark.parametrize("axis", range(4), ids=["replicate", "person", "month", "event"])
def test_one_changed_key_moves_nothing_else(axis: int) -> None:
    """More replicates, people, months or events leave the luck of the others as it was."""
    sizes = [3, 20, 24, len(EVENTS)]
    full = lattice(9, *sizes[:3], EVENTS)
    sizes[axis] -= 2
    part = lattice(9, *sizes[:3], EVENTS[: sizes[3]])
    np.testing.assert_array_equal(part, full[tuple(slice(n) for n in sizes)])


def test_one_changed_key_changes_all_of_its_own() -> None:
    table = lattice(9, 2, 20, 24, EVENTS)
    assert (table[0] != table[1]).all() and (table[:, 0] != table[:, 1]).all()
    other = lattice(10, 2, 20, 24, EVENTS)
    assert (table != other).all()


def test_neighbouring_seeds_share_no_replicate() -> None:
    keys = {int(replicate_key(seed, r)) for seed in range(100) for r in range(100)}
    assert len(keys) == 100 * 100


def test_flipping_any_bit_moves_half_of_the_others() -> None:
    """The avalanche of the finaliser: every input bit moves 32 of 64 output bits on average."""
    inputs = np.array([stream(42, n) for n in range(1, 2001)], dtype=np.uint64)
    for bit in range(64):
        changed = mix(inputs) ^ mix(inputs ^ np.uint64(1 << bit))
        moved = np.unpackbits(changed.view(np.uint8)).sum() / len(inputs)
        assert abs(moved - 32.0) / np.sqrt(16.0 / len(inputs)) < -ndtri(FALSE_ALARM / 128)
