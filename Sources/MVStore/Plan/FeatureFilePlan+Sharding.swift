public import MVCore

extension FeatureFilePlan {
  /// The plan for the file of one shard: of each split, a run of rows that is a whole number of blocks.
  ///
  /// A split with fewer blocks than there are shards goes to some of them only. Throws where the plan is impossible, or
  /// where the shard would have no rows at all.
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
