"""A modelled Kirchhoff chip in Python: libkirchhoff.so by ctypes, with the very driver that firmware is built from.

    from kirchhoff import Chip

    with Chip("209k", seed=7) as chip:
        network = chip.network("strokes", train=12000, test=2000, epochs=3)
        chip.program(network)
        for epoch in range(network.epochs):
            print(chip.train_epoch(epoch), chip.test())
        classes = chip.infer(images)          # (n, inputs) bytes -> n classes
        weights = chip.read_weights()         # per layer (inputs + 1) x outputs, the last row is the bias
        print(chip.report()["energy"]["per_example_j"])

Arrays come as NumPy arrays where NumPy is there, else as lists and array.array; both are taken. One chip per process:
SystemC elaborates once, also after close(). A Chip may be used by one thread at a time, and locks itself. Ctrl-C ends a
wait, aborts what the chip is doing, and is raised as KeyboardInterrupt. What goes wrong is raised as ChipError, with a
line for each thing that is wrong.
"""

import array
import collections
import contextlib
import ctypes
import ctypes.util
import difflib
import itertools
import json
import os
import pathlib
import signal
import threading

try:
    if os.environ.get("KIRCHHOFF_NUMPY", "yes") == "no":
        raise ImportError("switched off by KIRCHHOFF_NUMPY=no")
    import numpy
except ImportError:
    numpy = None

__all__ = ["Chip", "ChipError", "Network", "Record"]

_FOREVER = 2**64 - 1

Record = collections.namedtuple("Record", "count correct loss time_ps")
Record.__doc__ = "What a batch did: examples, right ones before learning from them, summed loss in nat, when it ended."


class ChipError(Exception):
    """`code`: 2 bad input, 3 model error, 4 deadlock; negative: of the driver (KIRCHHOFF_E_...)."""

    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


# ---- the library ----------------------------------------------------------------------------------------------------


class _Hal(ctypes.Structure):
    _fields_ = [
        ("context", ctypes.c_void_p),
        ("read32", ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32)),
        ("write32", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint32)),
        ("wait_irq", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint64)),
        (
            "dma_alloc",
            ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_uint32)),
        ),
        ("dma_free", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)),
        ("now", ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)),
    ]


class _Options(ctypes.Structure):
    _fields_ = [
        ("preset", ctypes.c_char_p),
        ("sets", ctypes.POINTER(ctypes.c_char_p)),
        ("technology", ctypes.c_char_p),
        ("style", ctypes.c_char_p),
        ("detail", ctypes.c_char_p),
        ("seed", ctypes.c_uint64),
        ("dma_bytes", ctypes.c_uint64),
    ]


class _Request(ctypes.Structure):
    _fields_ = [
        ("data_set", ctypes.c_char_p),
        ("inputs", ctypes.c_uint32),
        ("classes", ctypes.c_uint32),
        ("features", ctypes.c_uint32),
        ("train", ctypes.c_uint64),
        ("test", ctypes.c_uint64),
        ("epochs", ctypes.c_uint64),
    ]


class _Examples(ctypes.Structure):
    _fields_ = [("inputs", ctypes.c_uint32), ("labels", ctypes.c_uint32), ("count", ctypes.c_uint32)]


class _Image(ctypes.Structure):
    _fields_ = [
        *[
            (name, ctypes.c_uint32)
            for name in (
                "magic version bytes inputs classes stride writes_offset writes_count "
                "tiles_offset tiles_count epochs_offset epochs_count"
            ).split()
        ],
        ("train", _Examples),
        ("test", _Examples),
    ]


class _ImageTile(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("node", "rows", "columns", "weights_offset")]


class _Layer(ctypes.Structure):
    _fields_ = [("inputs", ctypes.c_uint32), ("outputs", ctypes.c_uint32)]


class _Tile(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint32) for name in ("node", "layer", "first_row", "rows", "first_column", "columns")
    ]


class _Register(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("meaning", ctypes.c_char_p),
        *[(name, ctypes.c_uint32) for name in ("offset", "stride", "readable", "writable")],
    ]


class _Batch(ctypes.Structure):
    _fields_ = [
        *[(name, ctypes.c_uint64) for name in ("inputs", "labels", "order", "outputs")],
        *[(name, ctypes.c_uint32) for name in ("count", "stride", "available")],
    ]


class _Completion(ctypes.Structure):
    _fields_ = [
        *[(name, ctypes.c_uint32) for name in ("tag", "error", "count", "correct")],
        ("loss", ctypes.c_double),
        ("time_ps", ctypes.c_uint64),
        ("cause", ctypes.c_uint32),
        ("reserved_0", ctypes.c_uint32),
        *[(name, ctypes.c_uint64) for name in ("error_address", "reserved_1", "reserved_2")],
    ]


_MIRRORED = {
    "kirchhoff_hal": _Hal,
    "kirchhoff_chip_options": _Options,
    "kirchhoff_chip_request": _Request,
    "kirchhoff_image": _Image,
    "kirchhoff_image_tile": _ImageTile,
    "kirchhoff_chip_layer": _Layer,
    "kirchhoff_chip_tile": _Tile,
    "kirchhoff_chip_register": _Register,
    "kirchhoff_batch": _Batch,
    "krch_long_completion_t": _Completion,
}
_ON_WAIT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
_COUNTERS = ("cycles", "energy_pj", "packets", "examples", "inferences", "dma_bytes")
_TEXT_BYTES = 160
_E_FULL = -6
_E_CHIP = -8


def _candidates():
    """Where the library may be: where the environment says, as installed beside this file, as built, in the system."""
    if "KIRCHHOFF_LIBRARY" in os.environ:
        yield os.environ["KIRCHHOFF_LIBRARY"]
        return
    here = pathlib.Path(__file__).resolve().parent
    yield here.parent.parent / "libkirchhoff.so"
    if len(here.parents) > 2:
        yield here.parents[2] / "build" / os.environ.get("KIRCHHOFF_PRESET", "release") / "lib" / "libkirchhoff.so"
    found = ctypes.util.find_library("kirchhoff")
    if found is not None:
        yield found


def _load():
    tried = []
    for path in map(str, _candidates()):
        try:
            library = ctypes.CDLL(path)
            break
        except OSError as error:
            tried.append(f"{path} ({error})")
    else:
        raise ChipError(
            "libkirchhoff.so cannot be loaded; set KIRCHHOFF_LIBRARY to it. Tried: " + "; ".join(tried), 2
        )
    pointer, word, long_word, text = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_char_p
    for name, result, arguments in (
        ("chip_open", ctypes.c_int, [ctypes.POINTER(_Options), ctypes.POINTER(pointer)]),
        ("chip_close", None, [pointer]),
        ("chip_error", text, [pointer]),
        ("chip_status", ctypes.c_int, [pointer]),
        ("chip_version", text, []),
        ("chip_hal", ctypes.c_int, [pointer, ctypes.POINTER(_Hal)]),
        ("chip_advance", ctypes.c_int, [pointer, long_word]),
        ("chip_time_ps", long_word, [pointer]),
        ("chip_on_wait", ctypes.c_int, [pointer, _ON_WAIT, pointer]),
        ("chip_peek", ctypes.c_size_t, [pointer, long_word, pointer, ctypes.c_size_t]),
        (
            "chip_make_image",
            ctypes.c_int,
            [pointer, ctypes.POINTER(_Request), ctypes.POINTER(pointer), ctypes.POINTER(word)],
        ),
        ("chip_layers", ctypes.POINTER(_Layer), [pointer, ctypes.POINTER(word)]),
        ("chip_tiles", ctypes.POINTER(_Tile), [pointer, ctypes.POINTER(word)]),
        ("chip_registers", ctypes.POINTER(_Register), [pointer, ctypes.POINTER(word)]),
        ("chip_report", text, [pointer]),
        ("chip_sizeof", ctypes.c_size_t, [text]),
        ("open", ctypes.c_int, [pointer, ctypes.POINTER(_Hal), word]),
        ("close", None, [pointer]),
        ("abort", ctypes.c_int, [pointer, long_word]),
        ("count", long_word, [pointer, ctypes.c_int]),
        ("take_error", ctypes.c_int, [pointer, pointer]),
        ("train", ctypes.c_int, [pointer, ctypes.POINTER(_Batch), long_word, ctypes.POINTER(_Completion)]),
        ("infer", ctypes.c_int, [pointer, ctypes.POINTER(_Batch), long_word, ctypes.POINTER(_Completion)]),
        ("transfer", ctypes.c_int, [pointer, long_word]),
        ("wait", ctypes.c_int, [pointer, word, long_word, ctypes.POINTER(_Completion)]),
        ("doorbell", None, [pointer]),
        ("code_text", text, [ctypes.c_int]),
        ("record_text", text, [ctypes.POINTER(_Completion), text, ctypes.c_size_t]),
        ("network_open", ctypes.c_int, [pointer, pointer, pointer, ctypes.c_size_t, long_word, text]),
        ("network_queue_program", ctypes.c_int, [pointer, ctypes.POINTER(word)]),
        ("network_program", ctypes.c_int, [pointer, long_word]),
        ("network_read", ctypes.c_int, [pointer, long_word, long_word]),
        ("network_queue_train", ctypes.c_int, [pointer, word, ctypes.POINTER(word)]),
        ("network_queue_test", ctypes.c_int, [pointer, long_word, ctypes.POINTER(word)]),
        ("network_queue_read", ctypes.c_int, [pointer, long_word, ctypes.POINTER(word)]),
        ("network_weight_bytes", ctypes.c_size_t, [pointer]),
    ):
        function = getattr(library, "kirchhoff_" + name)
        function.restype = result
        function.argtypes = arguments
    for name, mirrored in _MIRRORED.items():
        size = library.kirchhoff_chip_sizeof(name.encode())
        if size != ctypes.sizeof(mirrored):
            raise ChipError(
                f"{path} is of another version than kirchhoff.py: {name} has {size} bytes, expected "
                f"{ctypes.sizeof(mirrored)}",
                2,
            )
    return library


_library = None


def _the_library():
    global _library
    if _library is None:
        _library = _load()
    return _library


# ---- arrays ---------------------------------------------------------------------------------------------------------


_NUMPY_TYPES = {} if numpy is None else {"B": numpy.uint8, "H": numpy.uint16, "I": numpy.uint32, "f": numpy.float32}


def _flat(values, typecode, what):
    """Numbers one after the other."""
    return (_flat_array if numpy is None else _flat_ndarray)(values, typecode, what)


def _rows(values, typecode, what, width):
    """(numbers one after the other, rows) of rows, or of rows that lie one after the other already."""
    if getattr(values, "ndim", 1) > 2:
        values = values.reshape(len(values), -1)
    if len(values) > 0 and hasattr(values[0], "__len__"):
        for row in values:
            if len(row) != width:
                raise ChipError(f"{what} have {len(row)} elements each, expected {width}", 2)
        if numpy is None:
            values = [element for row in values for element in row]
    flat = _flat(values, typecode, what)
    if len(flat) % width != 0:
        raise ChipError(f"{what} have {len(flat)} elements, expected a multiple of {width}", 2)
    return flat, len(flat) // width


def _flat_ndarray(values, typecode, what):
    kind = _NUMPY_TYPES[typecode]
    if isinstance(values, (bytes, bytearray)):
        values = numpy.frombuffer(values, numpy.uint8)
    try:
        given = numpy.asarray(values)
        if typecode != "f" and given.size > 0:
            if given.dtype.kind not in "iub":
                raise ChipError(f"{what} are of type {given.dtype}, expected integers", 2)
            limit = numpy.iinfo(kind).max
            if given.min() < 0 or given.max() > limit:
                raise ChipError(f"{what} are from {given.min()} to {given.max()}, expected 0 to {limit}", 2)
        return numpy.ascontiguousarray(given, dtype=kind).reshape(-1)
    except (TypeError, ValueError) as error:
        raise ChipError(f"{what}: {error}", 2) from None


def _flat_array(values, typecode, what):
    try:
        return array.array(typecode, values)
    except (OverflowError, TypeError, ValueError) as error:
        raise ChipError(f"{what}: {error}", 2) from None


def _bytes_of(values):
    return values.nbytes if numpy is not None else len(values) * values.itemsize


def _address_of(values):
    return values.ctypes.data if numpy is not None else values.buffer_info()[0]


def _vector(address, typecode, count):
    """A copy of so many numbers in memory."""
    if numpy is not None:
        kind = numpy.dtype(_NUMPY_TYPES[typecode])
        return numpy.frombuffer(ctypes.string_at(address, count * kind.itemsize), kind).copy()
    result = array.array(typecode)
    result.frombytes(ctypes.string_at(address, count * result.itemsize))
    return result


# ---- the chip -------------------------------------------------------------------------------------------------------


class Network:
    """A network for a chip, with the data of its training: an image in DMA memory. Made by Chip.network()."""

    def __init__(self, chip, address, bus_address, layers, tiles):
        self._chip = chip
        self._address = address
        self._bus = bus_address
        self._tiles = tiles
        self._image = _Image.from_address(address)
        self.layers = layers  # [(inputs, outputs)]
        self.inputs = self._image.inputs
        self.classes = self._image.classes
        self.epochs = self._image.epochs_count
        self.train_count = self._image.train.count
        self.test_count = self._image.test.count

    def __repr__(self):
        widths = [self.layers[0][0], *[outputs for _, outputs in self.layers]]
        return f"<Network {'-'.join(map(str, widths))}, {self.train_count} + {self.test_count} examples>"

    def _blocks(self):
        """The weights of each tile in the image: (tile, address)."""
        first = self._address + self._image.tiles_offset
        for i, tile in enumerate(self._tiles):
            yield tile, self._address + _ImageTile.from_address(first + i * ctypes.sizeof(_ImageTile)).weights_offset

    def _check_open(self):
        self._chip._check_open()
        if self._image is None:
            raise ChipError("this network is closed", 2)

    def close(self):
        """Frees its DMA memory, as the end of the chip does anyway. The chip cannot be used with it any more."""
        with self._chip._lock:
            if self._image is not None and self._chip._handle is not None:
                if self._chip._network is self:
                    self._chip._network = None
                self._chip._free([self._address])
            self._image = None

    def weights(self):
        """The initial weights, as read_weights() gives them."""
        self._check_open()
        return self._gather(address for _, address in self._blocks())

    def _gather(self, addresses):
        if numpy is not None:
            layers = [numpy.empty((inputs + 1, outputs), numpy.float32) for inputs, outputs in self.layers]
        else:
            layers = [
                [array.array("f", bytes(4 * outputs)) for _ in range(inputs + 1)] for inputs, outputs in self.layers
            ]
        for tile, address in zip(self._tiles, addresses):
            block = _vector(address, "f", tile.rows * tile.columns)
            rows = slice(tile.first_row, tile.first_row + tile.rows)
            columns = slice(tile.first_column, tile.first_column + tile.columns)
            if numpy is not None:
                layers[tile.layer][rows, columns] = block.reshape(tile.rows, tile.columns)
            else:
                for row in range(tile.rows):
                    line = block[row * tile.columns : (row + 1) * tile.columns]
                    layers[tile.layer][tile.first_row + row][columns] = line
        return layers

    def set_weights(self, weights):
        """Other initial weights, for the next Chip.program(): per layer (inputs + 1) x outputs."""
        self._check_open()
        if len(weights) != len(self.layers):
            raise ChipError(f"weights of {len(weights)} layers were given, the network has {len(self.layers)}", 2)
        matrices = []
        for number, (matrix, (inputs, outputs)) in enumerate(zip(weights, self.layers), 1):
            flat, rows = _rows(matrix, "f", f"rows of weights of layer {number}", outputs)
            if rows != inputs + 1:
                raise ChipError(f"weights of layer {number} have {rows} rows, expected {inputs + 1}", 2)
            matrices.append(flat)
        for tile, address in self._blocks():
            outputs = self.layers[tile.layer][1]
            source = _address_of(matrices[tile.layer])
            for row in range(tile.rows):
                ctypes.memmove(
                    address + 4 * row * tile.columns,
                    source + 4 * ((tile.first_row + row) * outputs + tile.first_column),
                    4 * tile.columns,
                )


class Chip:
    """The chip of this process. Arguments are those of kirchhoff-explore: a preset or FILE.toml, settings as a dict or
    "key=value" strings, a technology, style "lt" or "at", detail "physics" or "ideal"."""

    def __init__(
        self,
        preset="209k",
        *,
        sets=(),
        technology=None,
        style=None,
        detail=None,
        seed=0,
        dma_bytes=0,
        ring_entries=1024,
    ):
        self._handle = None
        self._device = None
        self._network = None
        self._registers = None
        self._interrupted = False
        self._lock = threading.RLock()
        library = self._library = _the_library()
        if hasattr(sets, "items"):
            sets = [f"{key}={_as_toml(value)}" for key, value in sets.items()]
        words = (ctypes.c_char_p * (len(sets) + 1))(*[os.fsencode(text) for text in sets], None)
        options = _Options(
            os.fsencode(preset),
            words,
            None if technology is None else os.fsencode(technology),
            None if style is None else style.encode(),
            None if detail is None else detail.encode(),
            seed,
            dma_bytes,
        )
        handle = ctypes.c_void_p()
        self._check(library.kirchhoff_chip_open(ctypes.byref(options), ctypes.byref(handle)))
        self._handle = handle
        try:
            self._hal = _Hal()
            self._check(library.kirchhoff_chip_hal(handle, ctypes.byref(self._hal)))
            self._on_wait = _ON_WAIT(self._while_waiting)
            self._check(library.kirchhoff_chip_on_wait(handle, self._on_wait, None))
            self._device = self._room("kirchhoff_device")
            self._run(library.kirchhoff_open, ctypes.byref(self._hal), ring_entries)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_handle", None) is not None:
            self.close()

    def close(self):
        """Ends the chip; there will not be another in this process. Closing twice does nothing."""
        with self._lock:
            if self._handle is not None:
                self._library.kirchhoff_chip_close(self._handle)
                self._handle = None

    # -- errors

    def _check_open(self):
        if self._handle is None:
            raise ChipError("this chip is closed", 2)

    def _check(self, code):
        if code != 0:
            raise ChipError(self._library.kirchhoff_chip_error(self._handle).decode(errors="replace"), code)

    def _room(self, structure):
        return ctypes.create_string_buffer(self._library.kirchhoff_chip_sizeof(structure.encode()))

    @contextlib.contextmanager
    def _interruptible(self):
        """Ctrl-C ends the wait of what runs inside, instead of coming after it."""
        mine = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if mine:
            signal.signal(signal.SIGINT, self._note_interrupt)
        try:
            yield
        finally:
            if mine:
                signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note_interrupt(self, *_):
        self._interrupted = True

    def _while_waiting(self, _):
        """In wait_irq: Python runs signal handlers on the way in."""
        return int(self._interrupted)

    def _run(self, function, *arguments, record=None):
        """A function of the driver, for our device."""
        with self._lock:
            self._check_open()
            with self._interruptible():
                code = function(self._device, *arguments)
            self._finish(code, record)

    def _finish(self, code, record=None):
        library = self._library
        if self._interrupted:
            self._interrupted = False
            library.kirchhoff_abort(self._device, _FOREVER)
            raise KeyboardInterrupt
        if code == 0:
            return
        self._check(library.kirchhoff_chip_status(self._handle))
        library.kirchhoff_take_error(self._device, self._room("kirchhoff_error"))
        if code == _E_CHIP and record is not None:
            text = ctypes.create_string_buffer(_TEXT_BYTES)
            raise ChipError(
                "the chip reports " + library.kirchhoff_record_text(record, text, len(text)).decode(), code
            )
        raise ChipError(library.kirchhoff_code_text(code).decode(), code)

    # -- memory

    def _allocate(self, size):
        bus = ctypes.c_uint32()
        place = self._hal.dma_alloc(self._hal.context, size, ctypes.byref(bus))
        if place is None:
            raise ChipError(f"no room for {size} bytes in DMA memory; open the chip with more dma_bytes", 2)
        return place, bus.value

    def _put(self, stack, values):
        """A copy of an array in DMA memory, freed with the stack; its bus address."""
        size = _bytes_of(values)
        place, bus = self._allocate(size)
        stack.append(place)
        ctypes.memmove(place, _address_of(values), size)
        return bus

    def _free(self, stack):
        for place in stack:
            self._hal.dma_free(self._hal.context, place)

    # -- networks

    def network(self, data_set=None, *, inputs=0, classes=0, features=False, train=0, test=0, epochs=0):
        """A network for a data set ("strokes", or a folder as kirchhoff-explore --dataset takes), with its examples,
        their order, weights and learning rates; or without examples for so many inputs and classes. train, test,
        epochs: how many, 0: all."""
        with self._lock:
            self._check_open()
            request = _Request(
                None if data_set is None else os.fsencode(data_set), inputs, classes, int(features), train, test, epochs
            )
            image, bus, count = ctypes.c_void_p(), ctypes.c_uint32(), ctypes.c_uint32()
            self._check(
                self._library.kirchhoff_chip_make_image(
                    self._handle, ctypes.byref(request), ctypes.byref(image), ctypes.byref(bus)
                )
            )
            layers = self._library.kirchhoff_chip_layers(self._handle, ctypes.byref(count))
            layers = [(layers[i].inputs, layers[i].outputs) for i in range(count.value)]
            tiles = self._library.kirchhoff_chip_tiles(self._handle, ctypes.byref(count))
            tiles = [_Tile.from_buffer_copy(tiles[i]) for i in range(count.value)]
            return Network(self, image.value, bus.value, layers, tiles)

    def program(self, network, weights=None):
        """Makes the chip this network: registers and weights, the network's own where none are given."""
        with self._lock:
            network._check_open()
            if weights is not None:
                network.set_weights(weights)
            opened, text = self._room("kirchhoff_network"), ctypes.create_string_buffer(_TEXT_BYTES)
            code = self._library.kirchhoff_network_open(
                opened, self._device, network._address, network._image.bytes, network._bus, text
            )
            if code != 0:
                raise ChipError(text.value.decode() or self._library.kirchhoff_code_text(code).decode(), code)
            library = self._library
            self._work(library.kirchhoff_network_queue_program, opened, else_in_steps=library.kirchhoff_network_program)
            self._opened, self._network = opened, network

    def _programmed(self):
        self._check_open()
        if self._network is None:
            raise ChipError("no network is on the chip: program() comes first", 2)
        return self._network

    def _work(self, queue, opened, *arguments, else_in_steps=None):
        """Queues a step of a network, lets the chip work it off without pause; its record. What the ring has no room
        for goes descriptor by descriptor, where there is a function for it."""
        tag, record = ctypes.c_uint32(), _Completion()
        code = queue(opened, *arguments, ctypes.byref(tag))
        with self._interruptible():
            if code == 0:
                self._library.kirchhoff_doorbell(self._device)
                code = self._library.kirchhoff_wait(self._device, tag, _FOREVER, ctypes.byref(record))
            elif code == _E_FULL and else_in_steps is not None:
                code = else_in_steps(opened, *arguments, _FOREVER)
        self._finish(code, record)
        return Record(record.count, record.correct, record.loss, record.time_ps)

    # -- learning

    def train_epoch(self, epoch):
        """Trains an epoch (from 0) of the programmed network's own examples, in its order, at its learning rate."""
        with self._lock:
            network = self._programmed()
            if not 0 <= epoch < network.epochs:
                raise ChipError(f"the network has no epoch {epoch}, it has {network.epochs} of them, from 0", 2)
            return self._work(self._library.kirchhoff_network_queue_train, self._opened, epoch)

    def test(self):
        """Infers the programmed network's own test examples."""
        with self._lock:
            self._programmed()
            return self._work(self._library.kirchhoff_network_queue_test, self._opened, 0)

    def train(self, inputs, labels, order=None):
        """Trains examples: n x inputs bytes, n labels; `order`: indices, as they lie where not given."""
        with self._lock:
            network = self._programmed()
            data, count = _rows(inputs, "B", "inputs", network.inputs)
            classes = _flat(labels, "H", "labels")
            if len(classes) != count:
                raise ChipError(f"{count} examples have {len(classes)} labels", 2)
            return self._batch(self._library.kirchhoff_train, data, count, classes, order)[0]

    def infer(self, inputs):
        """The class of each of n x inputs bytes."""
        with self._lock:
            network = self._programmed()
            data, count = _rows(inputs, "B", "inputs", network.inputs)
            return self._batch(self._library.kirchhoff_infer, data, count, None, None)[1]

    def _batch(self, function, data, count, labels, order):
        stack = []
        try:
            batch = _Batch(count=count, stride=self._network.inputs, available=count)
            if count == 0:
                raise ChipError("no examples were given", 2)
            batch.inputs = self._put(stack, data)
            place = None
            if labels is not None:
                batch.labels = self._put(stack, labels)
            else:
                place, batch.outputs = self._allocate(2 * count)
                stack.append(place)
            if order is not None:
                indices = _flat(order, "I", "order")
                batch.count = len(indices)
                if batch.count == 0:
                    raise ChipError("no examples were given", 2)
                batch.order = self._put(stack, indices)
            record = _Completion()
            self._run(function, ctypes.byref(batch), _FOREVER, ctypes.byref(record), record=record)
            classes = None if place is None else _vector(place, "H", count)
            return Record(record.count, record.correct, record.loss, record.time_ps), classes
        finally:
            if self._handle is not None:
                self._free(stack)

    def transfer(self):
        """Moves the charge into the PCM now."""
        self._run(self._library.kirchhoff_transfer, _FOREVER)

    def read_weights(self):
        """The weights as the arrays' own reads give them, per layer (inputs + 1) x outputs."""
        with self._lock:
            network = self._programmed()
            place, bus = self._allocate(self._library.kirchhoff_network_weight_bytes(self._opened))
            try:
                library = self._library
                queue, in_steps = library.kirchhoff_network_queue_read, library.kirchhoff_network_read
                self._work(queue, self._opened, bus, else_in_steps=in_steps)
                sizes = (4 * tile.rows * tile.columns for tile in network._tiles)
                return network._gather(itertools.accumulate(sizes, initial=place))
            finally:
                self._free([place])

    # -- looking at it

    def _offset(self, register, node):
        if isinstance(register, int):
            return register
        known = self._known_registers()
        found = known.get(register.upper().removeprefix("KRCH_"))
        if found is None:
            near = difflib.get_close_matches(register.upper(), known, 1)
            raise ChipError(f"no register '{register}'" + (f"; did you mean {near[0]}?" if near else ""), 2)
        return found.offset + node * found.stride

    def _known_registers(self):
        """By name; valid until close."""
        self._check_open()
        if self._registers is None:
            count = ctypes.c_uint32()
            listed = self._library.kirchhoff_chip_registers(self._handle, ctypes.byref(count))
            self._registers = {listed[i].name.decode(): listed[i] for i in range(count.value)}
        return self._registers

    def read(self, register, node=0):
        """A register, by name ("HOST_STATUS", "TILE_CONTROL" of a node) or offset, as a bus access. What the chip
        refuses reads as 0, and sets a bit of HOST_ERROR_STATUS."""
        with self._lock:
            self._check_open()
            return self._hal.read32(self._hal.context, self._offset(register, node))

    def write(self, register, value, node=0):
        """Writes a register, as a bus access."""
        with self._lock:
            self._check_open()
            self._hal.write32(self._hal.context, self._offset(register, node), value)

    def registers(self, node=None):
        """Name and value of the registers of host interface and sequencer, or of a node; costs no simulated time."""
        with self._lock:
            result = {}
            for name, register in self._known_registers().items():
                if register.readable and (register.stride != 0) == (node is not None):
                    word = ctypes.c_uint32()
                    address = register.offset + (node or 0) * register.stride
                    if self._library.kirchhoff_chip_peek(self._handle, address, ctypes.byref(word), 4) != 4:
                        raise ChipError(f"register {name} at 0x{address:08x} cannot be looked at", 2)
                    result[name] = word.value
            return result

    def counters(self):
        """What the chip has counted since power-on or soft reset."""
        with self._lock:
            self._check_open()
            return {
                name: self._library.kirchhoff_count(self._device, number) for number, name in enumerate(_COUNTERS)
            }

    @property
    def time_s(self):
        """Simulated time since the start."""
        with self._lock:
            self._check_open()
            return self._library.kirchhoff_chip_time_ps(self._handle) * 1e-12

    def advance(self, seconds):
        """Lets simulated time pass."""
        with self._lock:
            self._check_open()
            self._check(self._library.kirchhoff_chip_advance(self._handle, round(seconds * 1e9)))

    def report(self):
        """What the chip did so far, and what it cost: groups of report.json as a dict."""
        with self._lock:
            self._check_open()
            text = self._library.kirchhoff_chip_report(self._handle)
            if text is None:
                raise ChipError(self._library.kirchhoff_chip_error(self._handle).decode(errors="replace"), 3)
            return json.loads(text)


def _as_toml(value):
    """A value of `sets`, as --set takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
