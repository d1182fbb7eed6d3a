"""Tests of kirchhoff.py, one chip and so one process each:

    test_kirchhoff.py EXPLORE CASE      EXPLORE: the program kirchhoff-explore
"""

import array
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import kirchhoff  # noqa: E402
from kirchhoff import Chip, ChipError  # noqa: E402

EXPLORE = sys.argv[1]
TRAIN, TEST, EPOCHS, SEED = 2000, 500, 3, 5


def equal(one, other, what):
    if one != other:
        raise AssertionError(f"{what}: {one!r} is not {other!r}")


def refused(act, *parts):
    """What `act` raises: one line with these parts."""
    try:
        act()
    except ChipError as error:
        text = str(error)
        for part in parts:
            if part not in text:
                raise AssertionError(f"'{part}' is not in: {text}") from None
        if not text or "\n" in text:
            raise AssertionError(f"not one line: {text!r}") from None
        return error
    raise AssertionError(f"not refused; expected: {parts}")


def bits(weights):
    """The bytes of each layer, row by row."""
    return [b"".join(bytes(memoryview(row)) for row in layer) for layer in weights]


def explore(detail):
    """What kirchhoff-explore makes of the same: its report and the bytes of its weights."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [EXPLORE, "explore", "--detail", detail, "--seed", SEED, "--train", TRAIN, "--test", TEST]
        arguments += ["--epochs", EPOCHS, "--out", folder, "--export-weights", "--quiet"]
        done = subprocess.run(list(map(str, arguments)), capture_output=True, check=False, text=True)
        if done.returncode not in (0, 1):
            raise AssertionError(done.stderr)
        folder = pathlib.Path(folder)
        weights = []
        for layer in range(3):
            file = (folder / f"final_weights_{layer}.npy").read_bytes()
            weights.append(file[10 + struct.unpack_from("<H", file, 8)[0] :])
        return json.loads((folder / "report.json").read_text(encoding="utf-8")), weights


def train(detail):
    """The same here: percent right after each epoch, the weights, the report."""
    with Chip(seed=SEED, detail=detail, sets={"training.epochs": EPOCHS}) as chip:
        network = chip.network("strokes", train=TRAIN, test=TEST)
        equal((network.train_count, network.test_count, network.epochs), (TRAIN, TEST, EPOCHS), "sizes")
        chip.program(network)
        percent = []
        for epoch in range(network.epochs):
            equal(chip.train_epoch(epoch).count, TRAIN, "examples")
            percent.append(100 * chip.test().correct / TEST)
        return percent, chip.read_weights(), chip.report()


def ideal_as_explore():
    """Float weights do not fade, so that times between descriptors do not matter: the same bits."""
    theirs, their_weights = explore("ideal")
    percent, weights, ours = train("ideal")
    equal(percent, [epoch["test_percent"] for epoch in theirs["accuracy"]["per_epoch"]], "accuracy")
    if percent[-1] < 50:
        raise AssertionError(f"it did not learn: {percent}")
    equal([len(layer) for layer in weights], [529, 251, 126], "rows")
    if bits(weights) != their_weights:
        raise AssertionError("other weights")
    for group, keys in (
        ("run", ("preset", "seed", "style", "detail", "technology", "examples")),
        ("chip", ("tiles", "cells", "network", "synapses_mapped", "tiles_used", "by_tile")),
        ("counts", ("conversions", "operations", "update_pulses", "transfers")),
        ("energy", ("per_example_j",)),
        ("area", ("total_mm2",)),
    ):
        for key in keys:
            equal(ours[group][key], theirs[group][key], f"{group}.{key}")


def physics_as_explore():
    """Charge fades while the host programs registers one by one, or by descriptor: close, not the same."""
    theirs, their_weights = explore("physics")
    percent, weights, ours = train("physics")
    for mine, epoch in zip(percent, theirs["accuracy"]["per_epoch"]):
        if abs(mine - epoch["test_percent"]) > 5:
            raise AssertionError(f"accuracy: {percent}, explore: {theirs['accuracy']['per_epoch']}")
    equal(ours["counts"]["operations"], theirs["counts"]["operations"], "operations")
    mine = array.array("f", b"".join(bits(weights)))
    other = array.array("f", b"".join(their_weights))
    far = sum(abs(a - b) > 0.2 for a, b in zip(mine, other))
    if far > len(mine) // 100:
        raise AssertionError(f"{far} of {len(mine)} weights are far from those of explore")


def own_arrays():
    """Examples and weights of the program's own, as every kind of sequence."""
    with Chip("209k", detail="ideal", sets=["network.image_hidden=[20]"]) as chip:
        network = chip.network(inputs=40, classes=3)
        equal(network.layers, [(40, 20), (20, 3)], "layers")
        start = [
            [[(row * 7 + column) % 11 / 16 - 0.3 for column in range(outputs)] for row in range(inputs + 1)]
            for inputs, outputs in network.layers
        ]
        chip.program(network, start)
        if bits(chip.read_weights()) != bits([[array.array("f", row) for row in layer] for layer in start]):
            raise AssertionError("other weights than were given")
        # Which third is lit.
        examples, labels = [], []
        for i in range(300):
            lit = i % 3
            examples.append([200 + i % 50 if lit * 13 <= place < lit * 13 + 13 else i % 20 for place in range(40)])
            labels.append(lit)
        chip.program(network, network.weights())
        for _ in range(3):
            equal(chip.train(examples, labels).count, 300, "examples")
        record = chip.train(examples, labels, order=[299, 0, 5])
        equal((record.count, record.correct), (3, 3), "three in an order")
        equal(list(chip.infer(examples)), labels, "classes of rows")
        flat = array.array("B", [byte for example in examples for byte in example])
        equal(list(chip.infer(flat)), labels, "classes of one array")
        equal(list(chip.infer(bytes(examples[1]))), [1], "class of one example")
        classes = chip.infer(examples)
        if kirchhoff.numpy is not None:
            equal(type(classes).__name__, "ndarray", "type")
            equal(chip.read_weights()[0].shape, (41, 20), "shape")
            equal(list(chip.infer(kirchhoff.numpy.array(examples, dtype=int))), labels, "classes of an ndarray")
            equal(list(chip.infer(kirchhoff.numpy.array(examples)[::-1])), labels[::-1], "of one with strides")
            equal(list(chip.infer(kirchhoff.numpy.array(examples).reshape(300, 5, 8))), labels, "of pictures")
        else:
            equal(type(classes), array.array, "type")
        used = chip.counters()
        equal((used["examples"], used["inferences"]), (903, 901 + 300 * (3 if kirchhoff.numpy else 0)), "counted")


def errors():
    """One line each, and the chip goes on."""
    refused(lambda: Chip("208k"), "208k")
    refused(lambda: Chip(sets={"capacitor.decay_ta": "1 ms"}), "capacitor.decay_tau")
    refused(lambda: Chip(style="fast"), "lt or at")
    chip = Chip(detail="ideal", dma_bytes=2**20 * 8)
    equal(refused(lambda: Chip(), "one per process").code, 2, "code")
    refused(lambda: chip.infer([0] * 528), "program()")
    refused(lambda: chip.network("nowhere"), "nowhere")
    refused(lambda: chip.network(inputs=100000, classes=10), "tiles")
    network = chip.network("strokes", train=100, test=50)
    chip.program(network)
    refused(lambda: chip.train_epoch(10), "no epoch 10")
    refused(lambda: chip.train([[0] * 527], [0]), "527", "528")
    refused(lambda: chip.train([[0] * 528], [0, 1]), "2 labels")
    refused(lambda: chip.train([[0] * 527 + [256]], [0]), "inputs")
    refused(lambda: chip.infer([]), "no examples")
    refused(lambda: network.set_weights([[[0.0]]]), "layers")
    refused(lambda: chip.network("strokes", train=10**9), "1000000000", "examples")
    refused(lambda: chip.network("strokes", train=-1), "examples")
    spare = chip.network(inputs=10, classes=2)
    spare.close()
    spare.close()
    refused(lambda: chip.program(spare), "this network is closed")
    for _ in range(20):  # more than fit at a time
        chip.network(inputs=10, classes=2).close()
    refused(lambda: network.set_weights([[[0.0] * 250] * 529, [[0.0] * 125] * 250, [[0.0] * 10] * 126]), "layer 2")
    error = refused(lambda: chip.train([[0] * 528] * 2, [3, 10]), "LABEL")
    equal(error.code, -8, "code of a descriptor's error")
    error = refused(lambda: chip.train([[0] * 528] * 2, [3, 4], order=[0, 2]), "ORDER")
    equal(chip.train_epoch(0).count, 100, "examples after an error")
    refused(lambda: chip.read("HOST_STATU"), "HOST_STATUS")
    equal(chip.read(0xFFC), 0, "a register that is none")
    chip.write("HOST_ERROR_STATUS", 0xFFFFFFFF)
    chip.close()
    chip.close()
    for act in (
        lambda: chip.test(),
        lambda: chip.infer([0]),
        lambda: chip.report(),
        lambda: chip.read("HOST_ID"),
        lambda: chip.transfer(),
        lambda: chip.network("strokes"),
        lambda: network.weights(),
        lambda: chip.time_s,
    ):
        refused(act, "this chip is closed")
    refused(lambda: Chip(), "another process")


def looks():
    """Registers, counters, time."""
    with Chip("tile512") as chip:
        equal(chip.read("HOST_ID"), 0x4843524B, "identification")
        equal(chip.registers()["HOST_TILE_SHAPE"], 512 << 16 | 512, "shape")
        equal(len(chip.registers(5)) > 5, True, "registers of a node")
        before = chip.time_s
        registers = chip.registers()
        equal(chip.time_s, before, "time after a look")
        chip.write("SEQ_INPUTS", 77)
        equal((chip.read("SEQ_INPUTS"), chip.registers()["SEQ_INPUTS"]), (77, 77), "what was written")
        chip.advance(1e-3)
        if not 1e-3 < chip.time_s < 1.1e-3:
            raise AssertionError(f"{chip.time_s} s")
        refused(lambda: chip.advance(1e7), "100 days")
        refused(lambda: chip.advance(1e9), "100 days")
        if chip.counters()["cycles"] <= registers["HOST_CYCLES_LOW"]:
            raise AssertionError("cycles do not count")
        network = chip.network("strokes", train=20, test=10)
        chip.program(network)
        chip.train_epoch(0)
        chip.transfer()
        equal(chip.registers()["SEQ_TRANSFERS"], 1, "transfers")
        equal(chip.report()["counts"]["transfers"], 1, "transfers in the report")


def small_ring():
    """More tiles than the ring has entries."""
    with Chip(detail="ideal", ring_entries=4) as chip:
        network = chip.network("strokes", train=10, test=10, epochs=1)
        chip.program(network)
        if bits(chip.read_weights()) != bits(network.weights()):
            raise AssertionError("other weights")
        equal(chip.train_epoch(0).count, 10, "examples")


def interrupt():
    """Ctrl-C comes at once, and the chip goes on."""
    with Chip() as chip:
        chip.program(chip.network("strokes", train=12000, test=10, epochs=1))
        timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        begin = time.monotonic()
        try:
            while time.monotonic() < begin + 60:
                chip.train_epoch(0)
            raise AssertionError("not interrupted")
        except KeyboardInterrupt:
            pass
        equal(chip.registers()["SEQ_BUSY"], 0, "busy")
        equal(chip.test().count, 10, "examples after it")


def threads():
    """Any thread, one at a time."""
    with Chip(detail="ideal") as chip:
        chip.program(chip.network("strokes", train=200, test=10, epochs=1))
        failures = []

        def work():
            try:
                for _ in range(5):
                    equal(chip.train_epoch(0).count, 200, "examples")
            except BaseException as error:  # pylint: disable=broad-except
                failures.append(error)

        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]
        equal(chip.counters()["examples"], 3000, "examples of all")


def approximately_timed():
    """The other coding style learns the same where weights do not fade."""
    results = []
    code = "import sys; sys.path.insert(0, sys.argv[1]); from kirchhoff import Chip\n"
    code += "c = Chip(style=sys.argv[2], detail='ideal'); n = c.network('strokes', train=40, test=20, epochs=1)\n"
    code += "c.program(n); print(c.train_epoch(0)[:3], c.test()[:3])\n"
    code += "print([list(map(float, row)) for row in c.read_weights()[2]])\n"
    for style in ("lt", "at"):
        folder = str(pathlib.Path(kirchhoff.__file__).parent)
        done = subprocess.run([sys.executable, "-c", code, folder, style], capture_output=True, check=False, text=True)
        if done.returncode != 0 or len(done.stdout) < 1000:
            raise AssertionError(done.stdout + done.stderr)
        results.append(done.stdout)
    equal(results[0], results[1], "styles")


if os.environ.get("KIRCHHOFF_NUMPY") == "need" and kirchhoff.numpy is None:
    print("skipped: NumPy is not installed (python3-numpy)")
    sys.exit(77)
globals()[sys.argv[2]]()
print("ok, " + ("with" if kirchhoff.numpy is not None else "without") + " NumPy")
