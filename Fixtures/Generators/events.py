"""A TensorBoard event file with one event of three scalars, by tensorboard's own writer and protocol buffers (2.21)."""
import pathlib

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

folder = pathlib.Path(__file__).parent.parent / "events"
folder.mkdir(exist_ok=True)
values = [("loss/total", 1.5), ("loss/dc_hog", 0.1), ("validation/probe", -2e-8)]
summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value) for tag, value in values])
with open(folder / "scalars.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in (
        event_pb2.Event(wall_time=1_700_000_000.0, file_version="brain.Event:2"),
        event_pb2.Event(wall_time=1_700_000_000.25, step=300, summary=summary),
    ):
        writer.write(event.SerializeToString())
    writer.flush()
