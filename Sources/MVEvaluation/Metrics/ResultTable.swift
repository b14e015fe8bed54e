/// Every number of an evaluation as one CSV file: `setting,measure,class,prediction,value`, one value a line.
///
/// A setting is `k=20 T=0.07`, `lambda=0.01` or `rate=0.1`. Fields that a measure has no use for are empty.
public enum ResultTable {
  static let header = "setting,measure,class,prediction,value"
}
