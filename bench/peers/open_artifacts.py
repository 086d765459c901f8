"""Opens what a run wrote with the libraries other people have: tables with pyarrow, DuckDB and polars, checkpoints with safetensors.

Prints types and row counts, and fails where the libraries disagree with each other or with the file's own metadata. With --weights
the tensors of every model must equal those of that PyTorch file, bit by bit.

    python open_artifacts.py FOLDER [--weights resnet18.pth]
"""

import argparse
import json
import sys
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file


class Disagreement(Exception):
    """Two readings of one file differ."""


UNREADABLE = (
    Disagreement,
    OSError,
    ValueError,
    KeyError,
    pa.ArrowException,
    polars.exceptions.PolarsError,
    duckdb.Error,
    SafetensorError,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="searched with its sub-folders for .arrow and .safetensors")
    parser.add_argument("--weights", type=Path, help="state dict that the models were imported from")
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"{options.folder} is no folder. Give one with .arrow and .safetensors files in it.")
    if options.weights is not None and not options.weights.is_file():
        sys.exit(f"{options.weights} is no file. Give the PyTorch file that the models were imported from.")
    tables = sorted(options.folder.rglob("*.arrow"))
    checkpoints = sorted(options.folder.rglob("*.safetensors"))
    if not tables and not checkpoints:
        sys.exit(f"{options.folder} holds no .arrow and no .safetensors file.")
    expected = None if options.weights is None else torch.load(options.weights, map_location="cpu", weights_only=True)
    problems = [problem for path in tables if (problem := attempt(path, open_table))]
    problems += [problem for path in checkpoints if (problem := attempt(path, lambda p: open_checkpoint(p, expected)))]
    print(f"\n{len(tables)} tables, {len(checkpoints)} checkpoints, {len(problems)} problems")
    if problems:
        sys.exit("\n".join(problems))


def attempt(path: Path, open_file) -> str | None:
    """Opens one file; what goes wrong becomes a sentence, so that one bad file does not hide the others."""
    print(f"\n{path}")
    try:
        open_file(path)
    except UNREADABLE as error:
        return f"{path}: {error}"
    return None


def open_table(path: Path) -> None:
    # DuckDB finds Arrow tables by the names of Python variables.
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
        rows = reader.read_all()
        batches = reader.num_record_batches
    rows.validate(full=True)
    metadata = {key.decode(): value.decode() for key, value in (rows.schema.metadata or {}).items()}
    frame = polars.read_ipc(path)
    duck_types = dict(duckdb.sql("select column_name, column_type from (describe select * from rows)").fetchall())
    ((duck_rows,),) = duckdb.sql("select count(*) from rows").fetchall()
    print(f"  {metadata.get('nearmiss.table')} version {metadata.get('nearmiss.version')}: {rows.num_rows:,} rows in {batches} batches")
    print(f"  {'column':19}{'pyarrow':46}{'DuckDB':16}{'polars':28}missing")
    for field in rows.schema:
        missing = rows[field.name].null_count
        print(f"  {field.name:19}{str(field.type):46}{duck_types[field.name]:16}{str(frame.schema[field.name]):28}{missing}")
    if not rows.num_rows == frame.height == duck_rows:
        raise Disagreement(f"rows: pyarrow {rows.num_rows}, DuckDB {duck_rows}, polars {frame.height}")
    compare_sums(rows, frame)
    if metadata.get("normalised") == "true":
        print_norms(rows)


def compare_sums(rows: pa.Table, frame: polars.DataFrame) -> None:
    """Every whole-number column has the same sum in the three libraries, so they read the same values."""
    for field in rows.schema:
        if not pa.types.is_integer(field.type) or rows.num_rows == 0:
            continue
        ((duck,),) = duckdb.sql(f'select sum("{field.name}") from rows').fetchall()
        sums = {"pyarrow": pc.sum(rows[field.name]).as_py(), "DuckDB": int(duck), "polars": frame[field.name].cast(polars.Int64).sum()}
        if len(set(sums.values())) != 1:
            raise Disagreement(f"sums of {field.name}: {sums}")


def print_norms(rows: pa.Table) -> None:
    vectors = rows["vector"].combine_chunks()
    matrix = vectors.flatten().to_numpy().reshape(len(vectors), vectors.type.list_size)
    norms = (matrix.astype("float64") ** 2).sum(axis=1) ** 0.5
    print(f"  lengths of the vectors: {norms.min():.7f} to {norms.max():.7f}")


def open_checkpoint(path: Path, expected: dict[str, torch.Tensor] | None) -> None:
    with safe_open(path, framework="pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    kind = json.loads(metadata["nearmiss.kind"])
    numbers = sum(tensor.numel() for tensor in tensors.values())
    types = sorted({str(tensor.dtype) for tensor in tensors.values()})
    print(f"  {kind} version {metadata['nearmiss.version']}: {len(tensors)} tensors, {numbers:,} numbers, {', '.join(types)}")
    for key in sorted(metadata):
        print(f"  {key:24}{metadata[key]}")
    if kind == "model" and expected is not None:
        compare_tensors(tensors, expected)


def compare_tensors(tensors: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    expected = {name: tensor for name, tensor in expected.items() if not name.startswith("fc.")}
    if set(tensors) != set(expected):
        raise Disagreement(f"names differ from the weights': {sorted(set(tensors) ^ set(expected))[:10]}")
    different = [name for name, tensor in tensors.items() if not torch.equal(tensor, expected[name])]
    if different:
        raise Disagreement(f"{len(different)} tensors differ from the weights: {different[:10]}")
    print(f"  all {len(tensors)} tensors equal the weights, bit by bit")


if __name__ == "__main__":
    main()
