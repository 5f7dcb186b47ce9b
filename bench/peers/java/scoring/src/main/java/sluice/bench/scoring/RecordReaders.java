package sluice.bench.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The readers of the benchmark's records, each the fastest that one would write for a known record. */
final class RecordReaders {
  private static final int PIXELS = 784;

  private RecordReaders() {}

  static RecordReader named(String name) {
    switch (name) {
      case "wine":
        return new Wine();
      case "image-json":
        return new ImageJson();
      case "image-binary":
        return new ImageBinary();
      default:
        throw new IllegalArgumentException("no records " + name);
    }
  }

  /** Protobuf: the doubles are the fields 1 to 11, and field 12 is the data type. */
  static final class Wine implements RecordReader {
    @Override
    public int width() {
      return 11;
    }

    @Override
    public void read(byte[] value, float[] row, int at) {
      ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
      int position = 0;
      while (position < value.length) {
        int tag = value[position++] & 255;
        if ((tag & 7) == 1) {
          row[at + (tag >> 3) - 1] = (float) bytes.getDouble(position);
          position += Double.BYTES;
        } else {
          position += 1 + value[position];
        }
      }
    }
  }

  /** JSON with an array of 784 numbers, through Jackson's streaming parser. */
  static final class ImageJson implements RecordReader {
    private final JsonFactory json = new JsonFactory();

    @Override
    public int width() {
      return PIXELS;
    }

    @Override
    public void read(byte[] value, float[] row, int at) throws IOException {
      try (JsonParser parser = json.createParser(value)) {
        while (parser.nextToken() != JsonToken.START_ARRAY) {}
        for (int i = 0; i < PIXELS; i++) {
          parser.nextToken();
          row[at + i] = parser.getFloatValue();
        }
      }
    }
  }

  /** Protobuf with the data type in field 1 and 784 packed floats in field 2. */
  static final class ImageBinary implements RecordReader {
    @Override
    public int width() {
      return PIXELS;
    }

    @Override
    public void read(byte[] value, float[] row, int at) {
      int start = value.length - PIXELS * Float.BYTES;
      ByteBuffer.wrap(value, start, PIXELS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(row, at, PIXELS);
    }
  }
}
