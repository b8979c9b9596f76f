"""Compares what two binaries have left in two roots, byte for byte."""
import dataclasses
import json
import struct

#: What must be equal: tensors one by one (a header may say more than before), other files whole. Config dumps,
#: state files, manifests, logs and times may differ.
TENSORS = "checkpoints/**/*.safetensors"
FILES = ("exports/**/*", "outputs/**/*", "results/**/metrics.jsonl")
ROOT = b"<root>"  # stands for the folder in which a binary ran


@dataclasses.dataclass
class Comparison:
    tensors: int = 0
    files: int = 0
    differences: list = dataclasses.field(default_factory=list)


def tensors_of(path):
    """name -> (dtype, shape, bytes) of a safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    body = data[8 + size:]
    return {name: (entry["dtype"], tuple(entry["shape"]), body[slice(*entry["data_offsets"])])
            for name, entry in header.items()}


def numbers(dtype, data):
    if dtype == "F32":
        return struct.unpack(f"<{len(data) // 4}f", data)
    if dtype == "BF16":
        words = struct.unpack(f"<{len(data) // 2}H", data)
        return struct.unpack(f"<{len(words)}f", struct.pack(f"<{len(words)}I", *(word << 16 for word in words)))
    return tuple(data)


def distance(one, other):
    """How far two tensors are apart, in words."""
    if one[:2] != other[:2]:
        return f"{one[0]} {list(one[1])} and {other[0]} {list(other[1])}"
    pairs = list(zip(numbers(one[0], one[2]), numbers(other[0], other[2])))
    unequal = [(a, b) for a, b in pairs if a != b]
    largest = max((abs(a - b) for a, b in unequal), default=0.0)
    return f"{len(unequal)} of {len(pairs)} values differ, by {largest:.3g} at most (of {max(abs(a) for a, _ in pairs):.3g})"


def keep(root, folder):
    """Leaves in `folder` what is compared, and no word of where `root` was."""
    here = str(root).encode()
    for path in sorted(path for pattern in (TENSORS, *FILES) for path in root.glob(pattern) if path.is_file()):
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes().replace(here, ROOT))


def common(pattern, old, new, result):
    """Relative paths of the files that both have; the others are differences."""
    names = [{str(path.relative_to(root)) for path in root.glob(pattern) if path.is_file()} for root in (old, new)]
    for which, missing in (("old", names[0] - names[1]), ("new", names[1] - names[0])):
        result.differences += [f"{name}: only the {which} binary writes it" for name in sorted(missing)]
    return sorted(names[0] & names[1])


def compare_tensors(name, old, new, result):
    ours, theirs = tensors_of(new / name), tensors_of(old / name)
    for tensor in sorted(set(ours) ^ set(theirs)):
        result.differences.append(f"{name}: {tensor} is in one only")
    for tensor in sorted(set(ours) & set(theirs)):
        result.tensors += 1
        if ours[tensor] != theirs[tensor]:
            result.differences.append(f"{name}: {tensor}: {distance(theirs[tensor], ours[tensor])}")


def first_difference(one, other):
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"byte {at} of {len(one)} and {len(other)}: …{one[max(0, at - 30):at + 30]!r} / {other[max(0, at - 30):at + 30]!r}"


def compare(old, new):
    """Everything that must be equal in what was kept of the two binaries."""
    result = Comparison()
    for name in common(TENSORS, old, new, result):
        compare_tensors(name, old, new, result)
    for pattern in FILES:
        for name in common(pattern, old, new, result):
            result.files += 1
            one, other = (old / name).read_bytes(), (new / name).read_bytes()
            if one != other:
                result.differences.append(f"{name}: {first_difference(one, other)}")
    if not result.tensors:
        result.differences.append("there are no checkpoints to compare")
    return result
