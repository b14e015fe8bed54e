public import MVCore

extension FeatureFilePlan {
  /// The plan of the file of one shard: whole blocks of the rows of each split, one run of them.
  ///
  /// A split too small for the number of shards is left to some of them; a shard that would have no rows at all is an error.
  public func shard(_ number: ShardNumber) throws(MVError) -> FeatureFilePlan {
    try validate()
    var part = self
    part.splits = []
    var ranges: [ShardPlan.Split] = []
    for split in splits {
      let blocks = number.blocks(of: (split.count - 1) / blockRows + 1)
      let start = min(split.count, blocks.lowerBound * blockRows)
      let rows = start..<min(split.count, blocks.upperBound * blockRows)
      ranges.append(ShardPlan.Split(name: split.name, start: start, rows: rows.count, total: split.count))
      guard !rows.isEmpty else { continue }
      part.splits.append(
        SplitPlan(name: split.name, labels: split.labels[rows], ids: split.ids[rows]))
    }
    guard !part.splits.isEmpty else {
      let most = splits.reduce(1) { max($0, ($1.count - 1) / blockRows + 1) }
      throw .usage(
        "shard \(number)", "would have no rows: rows are dealt out by blocks of \(blockRows)",
        remedy: "use \(most == 1 ? "no shards" : "up to \(most) shards")")
    }
    part.shard = ShardPlan(index: number.index, count: number.count, splits: ranges)
    return part
  }
}
