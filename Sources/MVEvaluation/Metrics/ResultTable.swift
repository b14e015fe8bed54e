/// All numbers of an evaluation as one CSV file: `setting,measure,class,prediction,value`, one value per line.
///
/// A setting is for example `k=20 T=0.07`, `lambda=0.01` or `rate=0.1`. Fields that a measure does not use are empty.
public enum ResultTable {
  static let header = "setting,measure,class,prediction,value"
}
