package sluice.bench.flink;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;

/** A record on its way through the job: key, value and partition. */
public final class Keyed extends Tuple3<byte[], byte[], Integer> {
  private static final long serialVersionUID = 1;
  static final TypeInformation<Keyed> TYPE =
      new TupleTypeInfo<>(
          Keyed.class,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO,
          Types.INT);

  public Keyed() {}

  Keyed(byte[] key, byte[] value, int partition) {
    super(key, value, partition);
  }
}
