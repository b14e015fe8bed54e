public import MVCore

extension FeatureFilePlan {
  /// The plan for the file of one shard: of each split, a run of rows; those of two shards differ by one row at most.
  ///
  /// A split with fewer rows than there are shards goes to some of them only. A shard without any row is a file, too,
  /// so that every task of an array has something to leave. Throws where the plan is impossible.
  public func shard(_ number: ShardNumber) throws(MVError) -> FeatureFilePlan {
    try validate()
    let ranges = splits.map { split in
      let rows = number.rows(of: split.count)
      return ShardPlan.Split(name: split.name, start: rows.lowerBound, rows: rows.count, total: split.count)
    }
    var part = self
    let shard = ShardPlan(index: number.index, count: number.count, splits: ranges)
    part.shard = shard
    part.splits = shard.held.compactMap { held in
      splits.first { $0.name == held.name }.map { split in
        SplitPlan(name: split.name, labels: split.labels[held.range], ids: split.ids[held.range])
      }
    }
    return part
  }

  /// How the rows of the split at a place of ``splits`` fall into blocks.
  func grid(of splitIndex: Int) -> BlockGrid {
    let split = splits[splitIndex]
    let start = shard?.splits.first { $0.name == split.name }?.start ?? 0
    return BlockGrid(rows: split.count, blockRows: blockRows, start: start)
  }
}
