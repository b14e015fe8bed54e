/// The names of Python that a file of PyTorch may refer to; none of them is called.
enum TorchNames {
  /// Element types of storages, by the last part of the storage's class.
  private static let storages: [String: WeightElement] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
    "BoolStorage": .bool,
  ]
  /// Element types by the names of PyTorch's own.
  private static let types: [String: WeightElement] = [
    "torch.float64": .float64, "torch.float32": .float32, "torch.float16": .float16, "torch.bfloat16": .bfloat16,
    "torch.int64": .int64, "torch.int32": .int32, "torch.int16": .int16, "torch.int8": .int8, "torch.uint8": .uint8,
    "torch.bool": .bool,
  ]
  /// What tensors are made by.
  static let tensorMakers: Set<String> = [
    "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor_v3",
  ]
  /// What wraps a tensor, which is its first argument.
  static let tensorWrappers: Set<String> = [
    "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", "torch.nn.parameter.Parameter",
  ]
  /// Collections, and records that training programs leave beside the weights.
  private static let records: Set<String> = [
    "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict", "builtins.list",
    "builtins.set", "builtins.frozenset", "builtins.int", "builtins.float", "builtins.str", "builtins.bool",
    "__builtin__.dict", "__builtin__.list", "__builtin__.set", "__builtin__.int", "__builtin__.float",
    "argparse.Namespace", "types.SimpleNamespace", "pathlib.PosixPath", "pathlib.WindowsPath",
    "pathlib._local.PosixPath", "torch.Size", "torch.device", "torch.UntypedStorage", "torch.storage.UntypedStorage",
    "torch.storage.TypedStorage", "torch.Tensor", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_boollist",
    "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.restore_type_tag",
    "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype", "_codecs.encode",
  ]
  /// The beginnings of names whose objects are kept as records: modules of TorchScript, trainers' bookkeeping.
  private static let prefixes = ["__torch__.", "pytorch_lightning.", "lightning.", "lightning_fabric.", "omegaconf."]

  /// Whether a file may refer to `name`.
  static func contains(_ name: String) -> Bool {
    records.contains(name) || types[name] != nil || tensorMakers.contains(name) || tensorWrappers.contains(name)
      || (name.hasPrefix("torch.") && element(ofStorage: name) != nil) || prefixes.contains { name.hasPrefix($0) }
  }

  /// The element type of a class of storages, as `torch.FloatStorage`; nil where the class does not say it.
  static func element(ofStorage name: String) -> WeightElement? {
    name.split(separator: ".").last.flatMap { storages[String($0)] }
  }

  /// The element type of a name, as `torch.float32`.
  static func element(ofType name: String) -> WeightElement? { types[name] }
}
