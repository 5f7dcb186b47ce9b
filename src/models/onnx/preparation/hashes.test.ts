import { describe, expect, it } from 'vitest'
import { farmHash64 } from './farm-hash.ts'
import { sipHash64 } from './sip-hash.ts'

const BASE = 'Sluice serves models inside streams; zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. '.repeat(3)
const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 50, 63, 64, 65, 100, 127, 128, 129, 200, 250]
const BUCKETS = 2n ** 63n - 1n
const bytes = (length: number): Uint8Array => new TextEncoder().encode(BASE.slice(0, length))

/** What tf.strings.to_hash_bucket_fast of TensorFlow 2.21 gives for the first so many characters and as many buckets. */
const FAST = [
  1936946117179621456n,
  8765854662832566432n,
  8323153969355416044n,
  6866258689455865497n,
  2994771775378416760n,
  8240597531739075828n,
  1186178817846431663n,
  2408924201287318499n,
  6091708875815936180n,
  2325837507563935625n,
  7436393626168610425n,
  8059717252280704493n,
  1439395109506824048n,
  8088271361808245335n,
  4081352437188045113n,
  6599169653734968729n,
  3238645214854492918n,
  3202047569330984049n,
  2481063180612457250n,
  5890419300628873258n,
  5585266749360153517n,
  6873001403631473558n,
  8181471868454689291n,
  331034679646046500n,
  7423731899694011692n,
]

/** What tf.strings.to_hash_bucket_strong gives with the key [123, 456]. */
const STRONG = [
  887865449656487407n,
  5808471387242432931n,
  8210778793690211904n,
  1051990441592089685n,
  5723826837262548796n,
  5775781724495852035n,
  6582854057049862435n,
  5055460166849315183n,
  7289276944429258151n,
  2928734505747243706n,
  8347841886537818688n,
  8888140041995678044n,
  5283042275289841748n,
  8678303797511871876n,
  4888304771891085860n,
  1124664308343477240n,
  9043616615148572142n,
  7343731008925665414n,
  7838901804105889581n,
  7219629847385095012n,
  4870922081580669387n,
  3794618418102112241n,
  6698824164899069993n,
  6395304251159580386n,
  4138999551251942615n,
]

describe('the hashes of texts', () => {
  it('are those of TensorFlow, for texts of all lengths', () => {
    expect(LENGTHS.map((length) => farmHash64(bytes(length)) % BUCKETS)).toEqual(FAST)
    expect(LENGTHS.map((length) => sipHash64(bytes(length), [123n, 456n]) % BUCKETS)).toEqual(STRONG)
  })

  it('are SipHash-2-4 as its authors print it', () => {
    // Aumasson and Bernstein, SipHash, appendix A: the key 00 to 0f and the bytes 00 to 0e.
    const key = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n] as const
    expect(
      sipHash64(
        Uint8Array.from({ length: 15 }, (_, i) => i),
        key,
      ),
    ).toBe(0xa129ca6149be45e5n)
  })
})
