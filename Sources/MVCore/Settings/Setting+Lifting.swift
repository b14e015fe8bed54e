extension Setting {
  /// The same setting of a type that holds this one at `path`.
  public func lifted<Outer>(through path: WritableKeyPath<Outer, Root> & Sendable) -> Setting<Outer> {
    let setting = Setting<Outer>(
      name, domain, help, read: { read($0[keyPath: path]) }, write: { write(&$0[keyPath: path], $1) })
    return formerNames.reduce(setting) { $0.formerly($1) }
  }
}
