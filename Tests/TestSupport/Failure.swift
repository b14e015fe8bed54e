public import MVCore

/// The error that `body` throws.
public func failure(_ body: () throws -> Void) -> MVError? {
  do {
    try body()
    return nil
  } catch { return error as? MVError }
}
