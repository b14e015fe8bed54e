extension Setting {
  /// The same setting of a type that holds this one at `path`.
  public func lifted<Outer>(through path: WritableKeyPath<Outer, Root> & Sendable) -> Setting<Outer> {
    Setting<Outer>(
      name: name, help: help, accepts: accepts, read: { read($0[keyPath: path]) },
      write: { write(&$0[keyPath: path], $1) })
  }
}
