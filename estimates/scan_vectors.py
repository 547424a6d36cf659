"""Eight numbers at a time for the compiled walks, written for the processor and not left to its compiler's guess."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# The writer of instructions that numba itself uses, at numba's own version.
ir: Any = vars(cgutils)["ir"]
EIGHT = 8
_DOUBLES = ir.VectorType(ir.DoubleType(), EIGHT)
_BYTES = ir.VectorType(ir.IntType(8), EIGHT)
_COUNTS = ir.VectorType(ir.IntType(32), EIGHT)
_LINE = ir.VectorType(ir.IntType(8), 64)
_WORDS = ir.VectorType(ir.IntType(64), EIGHT)
_PLACES = ir.VectorType(ir.IntType(32), EIGHT)


def _place(context: Any, builder: Any, kind: Any, array: Any, at: Any, vector: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), vector.as_pointer())


def _doubles(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    """Load eight numbers, bytes turned into numbers."""
    if kind.dtype == types.int8:
        small = builder.load(_place(context, builder, kind, array, at, _BYTES), align=1)
        return builder.sitofp(small, _DOUBLES)
    return builder.load(_place(context, builder, kind, array, at, _DOUBLES), align=8)


def _spread(builder: Any, number: Any, vector: Any = _DOUBLES) -> Any:
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), [0] * vector.count)
    return builder.shuffle_vector(one, one, mask)


def _multiplied(builder: Any, a: Any, b: Any, added: Any) -> Any:
    """Give ``a * b + added``, in one operation where the processor has it."""
    return builder.fadd(added, builder.fmul(a, b, flags=("contract",)), flags=("contract",))


@intrinsic
def _add_scaled(_: Any, out: Any, at: Any, weight: Any, values: Any, start: Any) -> Any:
    signature = types.void(out, types.intp, types.float64, values, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, weight, values, start = arguments
        place = _place(context, builder, signature.args[0], out, at, _DOUBLES)
        some = _doubles(context, builder, signature.args[3], values, start)
        builder.store(
            _multiplied(builder, _spread(builder, weight), some, builder.load(place, align=8)), place, align=8
        )
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_with_squares(_: Any, out: Any, at: Any, squares: Any, there: Any, weight: Any, values: Any, start: Any) -> Any:
    signature = types.void(out, types.intp, squares, types.intp, types.float64, values, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, squares, there, weight, values, start = arguments
        some = _doubles(context, builder, signature.args[5], values, start)
        weighted = builder.fmul(_spread(builder, weight), some)
        place = _place(context, builder, signature.args[0], out, at, _DOUBLES)
        builder.store(builder.fadd(builder.load(place, align=8), weighted), place, align=8)
        place = _place(context, builder, signature.args[2], squares, there, _DOUBLES)
        builder.store(_multiplied(builder, weighted, some, builder.load(place, align=8)), place, align=8)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_bytes(_: Any, out: Any, at: Any, values: Any, start: Any) -> Any:
    signature = types.void(out, types.intp, values, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, values, start = arguments
        place = _place(context, builder, signature.args[0], out, at, _BYTES)
        some = builder.load(_place(context, builder, signature.args[2], values, start, _BYTES), align=1)
        builder.store(builder.add(builder.load(place, align=1), some), place, align=1)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_doubles(_: Any, out: Any, at: Any, values: Any, start: Any) -> Any:
    signature = types.void(out, types.intp, values, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, values, start = arguments
        place = _place(context, builder, signature.args[0], out, at, _DOUBLES)
        some = _doubles(context, builder, signature.args[2], values, start)
        builder.store(builder.fadd(builder.load(place, align=8), some), place, align=8)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_counts(_: Any, out: Any, at: Any, values: Any, start: Any) -> Any:
    signature = types.void(out, types.intp, values, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, values, start = arguments
        place = _place(context, builder, signature.args[0], out, at, _COUNTS)
        some = builder.load(_place(context, builder, signature.args[2], values, start, _BYTES), align=1)
        builder.store(builder.add(builder.load(place, align=4), builder.sext(some, _COUNTS)), place, align=4)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_moments(
    _: Any, first: Any, second: Any, product: Any, at: Any, totals: Any, start: Any, others: Any, there: Any
) -> Any:
    signature = types.void(first, second, product, types.intp, totals, types.intp, others, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second, product, at, totals, start, others, there = arguments
        places = _places(context, builder, signature, (first, second, product), at)
        some = _doubles(context, builder, signature.args[4], totals, start)
        other = _doubles(context, builder, signature.args[6], others, there)
        _add_terms(builder, places, [(some, other)])
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_four_moments(
    _: Any, first: Any, second: Any, product: Any, at: Any, totals: Any, start: Any, step: Any, a: Any, b: Any, c: Any,
    d: Any,
) -> Any:  # fmt: skip
    number, place = types.float64, types.intp
    signature = types.void(first, second, product, place, totals, place, place, number, number, number, number)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        first, second, product, at, totals, start, step, *sizes = arguments
        places = _places(context, builder, signature, (first, second, product), at)
        terms = []
        for size in sizes:
            terms.append((_doubles(context, builder, signature.args[4], totals, start), _spread(builder, size)))
            start = builder.add(start, step)
        _add_terms(builder, places, terms)
        return context.get_dummy_value()

    return signature, generate


def _places(context: Any, builder: Any, signature: Any, arrays: Any, at: Any) -> list[Any]:
    kinds = signature.args[: len(arrays)]
    return [_place(context, builder, kind, array, at, _DOUBLES) for kind, array in zip(kinds, arrays, strict=True)]


def _add_terms(builder: Any, places: list[Any], terms: list[tuple[Any, Any]]) -> None:
    """Add totals, their squares and their products with others to three places."""
    sums, squares, products = (builder.load(place, align=8) for place in places)
    for some, other in terms:
        sums = builder.fadd(sums, some)
        squares = _multiplied(builder, some, some, squares)
        products = _multiplied(builder, some, other, products)
    for place, value in zip(places, (sums, squares, products), strict=True):
        builder.store(value, place, align=8)


@intrinsic
def _add_eight(_: Any, out: Any, at: Any, each: Any, totals: Any, rows: Any, first: Any, column: Any) -> Any:
    signature = types.void(out, types.intp, types.float64, totals, rows, types.intp, types.intp)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, each, totals, rows, first, column = arguments
        data = context.make_array(signature.args[4])(context, builder, rows).data
        found = []
        for number in range(EIGHT):
            row = builder.load(builder.gep(data, [builder.add(first, ir.Constant(first.type, number))]))
            found.append(_doubles(context, builder, signature.args[3], totals, builder.add(row, column)))
        while len(found) > 1:
            found = [builder.fadd(a, b) for a, b in zip(found[::2], found[1::2], strict=True)]
        place = _place(context, builder, signature.args[0], out, at, _DOUBLES)
        added = _multiplied(builder, _spread(builder, each), found[0], builder.load(place, align=8))
        builder.store(added, place, align=8)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _add_deviation(
    _: Any, out: Any, at: Any, totals: Any, here: Any, inverse: Any, column: Any, estimate: Any, scale: Any
) -> Any:
    signature = types.void(out, types.intp, totals, types.intp, inverse, types.intp, estimate, types.float64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, totals, here, inverse, column, estimate, scale = arguments
        kinds = signature.args
        value = builder.fmul(
            _doubles(context, builder, kinds[2], totals, here), _doubles(context, builder, kinds[4], inverse, column)
        )
        apart = builder.fsub(value, _doubles(context, builder, kinds[6], estimate, at))
        place = _place(context, builder, kinds[0], out, at, _DOUBLES)
        scaled = builder.fmul(_spread(builder, scale), apart)
        builder.store(_multiplied(builder, scaled, apart, builder.load(place, align=8)), place, align=8)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _turn_numbers(_: Any, out: Any, at: Any, step: Any, addresses: Any, which: Any, offset: Any, centres: Any) -> Any:
    signature = types.void(out, types.intp, types.intp, addresses, types.intp, types.intp, centres)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, step, addresses, which, offset, centres = arguments
        centre = _doubles(context, builder, signature.args[6], centres, which)
        columns = _columns(context, builder, signature.args[3], addresses, which, offset, _DOUBLES, 8)
        for distance in (1, 2, 4):
            columns = _crossed(builder, columns, distance)
        for row in columns:
            place = _place(context, builder, signature.args[0], out, at, _DOUBLES)
            builder.store(builder.fsub(row, centre), place, align=8)
            at = builder.add(at, step)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def _turn_bytes(_: Any, out: Any, at: Any, step: Any, addresses: Any, which: Any, offset: Any, centres: Any) -> Any:
    signature = types.void(out, types.intp, types.intp, addresses, types.intp, types.intp, centres)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        out, at, step, addresses, which, offset, centres = arguments
        columns = _columns(context, builder, signature.args[3], addresses, which, offset, _LINE, 1)
        data = context.make_array(signature.args[6])(context, builder, centres).data
        turned = []
        for number, column in enumerate(columns):
            place = builder.gep(data, [builder.add(which, ir.Constant(which.type, number))])
            less = _spread(builder, builder.load(place), _LINE)
            turned.append(builder.bitcast(builder.sub(column, less), _WORDS))
        for shift, mask, distance in (
            (8, 0x00FF00FF00FF00FF, 1),
            (16, 0x0000FFFF0000FFFF, 2),
            (32, 0x00000000FFFFFFFF, 4),
        ):
            turned = _swapped(builder, turned, shift, mask, distance)
        for row in turned:
            place = _place(context, builder, signature.args[0], out, at, _WORDS)
            builder.store(row, place, align=1)
            at = builder.add(at, step)
        return context.get_dummy_value()

    return signature, generate


def _columns(
    context: Any, builder: Any, kind: Any, addresses: Any, which: Any, offset: Any, vector: Any, align: int
) -> list[Any]:
    """Load a piece of each of eight columns."""
    data = context.make_array(kind)(context, builder, addresses).data
    found = []
    for number in range(EIGHT):
        address = builder.load(builder.gep(data, [builder.add(which, ir.Constant(which.type, number))]))
        place = builder.inttoptr(builder.add(address, offset), vector.as_pointer())
        found.append(builder.load(place, align=align))
    return found


def _crossed(builder: Any, rows: list[Any], distance: int) -> list[Any]:
    """Swap, between rows ``distance`` apart, the numbers on the wrong side of the diagonal."""
    low = [k if not k & distance else EIGHT + k - distance for k in range(EIGHT)]
    high = [k + distance if not k & distance else EIGHT + k for k in range(EIGHT)]
    found = list(rows)
    for k in range(EIGHT):
        if not k & distance:
            a, b = rows[k], rows[k + distance]
            found[k] = builder.shuffle_vector(a, b, ir.Constant(_PLACES, low))
            found[k + distance] = builder.shuffle_vector(a, b, ir.Constant(_PLACES, high))
    return found


def _swapped(builder: Any, rows: list[Any], shift: int, mask: int, distance: int) -> list[Any]:
    """Swap, between words ``distance`` apart, the bytes on the wrong side of the diagonal."""
    by, here = ir.Constant(_WORDS, [shift] * EIGHT), ir.Constant(_WORDS, [mask] * EIGHT)
    found = list(rows)
    for k in range(EIGHT):
        if not k & distance:
            a, b = rows[k], rows[k + distance]
            change = builder.and_(builder.xor(builder.lshr(a, by), b), here)
            found[k] = builder.xor(a, builder.shl(change, by))
            found[k + distance] = builder.xor(b, change)
    return found


add_scaled: Any = _add_scaled
add_with_squares: Any = _add_with_squares
add_bytes: Any = _add_bytes
add_doubles: Any = _add_doubles
add_moments: Any = _add_moments
add_four_moments: Any = _add_four_moments
add_counts: Any = _add_counts
turn_numbers: Any = _turn_numbers
turn_bytes: Any = _turn_bytes
add_eight: Any = _add_eight
add_deviation: Any = _add_deviation
