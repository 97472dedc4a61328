/** A wavelet's filters. Low-pass and high-pass, each of the same even length. */
export interface WaveletFilters {
  readonly decomposeLow: Float64Array;
  readonly decomposeHigh: Float64Array;
}

/** Names of all wavelets: of Haar, Daubechies (db), symlets, coiflets, biorthogonal ones and those the other way round. */
export function waveletNames(): readonly string[] {
  const biorthogonal = [...SPLINES, ...BIORTHOGONAL.keys()];
  return [
    "haar",
    ...ORTHOGONAL.keys(),
    "sym2",
    "sym3",
    ...biorthogonal.map((orders) => `bior${orders}`),
    ...biorthogonal.map((orders) => `rbio${orders}`),
  ];
}

/**
 * The filters that take a signal apart with the wavelet of this name, in the conventions of PyWavelets.
 *
 * @throws {RangeError} for a name that Studio does not have.
 */
export function waveletFilters(name: string): WaveletFilters {
  if (!waveletNames().includes(name)) {
    throw new RangeError(`wavelet is ${name}; it has to be one of ${waveletNames().join(", ")}.`);
  }
  const orders = name.slice(4);
  if (name.startsWith("bior")) return fromPair(biorthogonalPair(orders));
  if (name.startsWith("rbio")) {
    const [decompose, reconstruct] = biorthogonalPair(orders);
    return fromPair([[...reconstruct].reverse(), [...decompose].reverse()]);
  }
  const reconstruct = name === "haar" ? [Math.SQRT1_2, Math.SQRT1_2] : orthogonalFilter(name);
  return fromPair([[...reconstruct].reverse(), reconstruct]);
}

type FilterPair = readonly [decomposeLow: readonly number[], reconstructLow: readonly number[]];

/** A high-pass filter for taking apart is the low-pass one for putting together with every other sign turned. */
function fromPair([decomposeLow, reconstructLow]: FilterPair): WaveletFilters {
  return {
    decomposeLow: Float64Array.from(decomposeLow),
    decomposeHigh: Float64Array.from(reconstructLow, (value, i) => (i % 2 === 0 ? -value : value)),
  };
}

/** The two shortest symlets are Daubechies' own. */
function orthogonalFilter(name: string): readonly number[] {
  const stored = ORTHOGONAL.get(name === "sym2" ? "db2" : name === "sym3" ? "db3" : name);
  return stored as NonNullable<typeof stored>;
}

function biorthogonalPair(orders: string): FilterPair {
  const stored = BIORTHOGONAL.get(orders);
  if (stored) return stored;
  const [reconstructOrder, decomposeOrder] = orders.split(".").map(Number) as [number, number];
  return splinePair(reconstructOrder, decomposeOrder);
}

/**
 * Cohen, Daubechies and Feauveau: a B-spline puts together, and its dual of the wanted order takes apart.
 *
 * Both together are the half-band filter ((1 + z) / 2)^2k P(y) with P(y) = sum of C(k - 1 + j, j) y^j over j < k, where
 * 2k is the sum of the orders and y = (2 - z - 1 / z) / 4.
 */
function splinePair(reconstructOrder: number, decomposeOrder: number): FilterPair {
  const terms = (reconstructOrder + decomposeOrder) / 2;
  let factor = [0];
  let power = [1];
  let binomial = 1;
  for (let j = 0; j < terms; j++) {
    factor = add(
      power.map((value) => value * binomial),
      factor,
    );
    power = multiply(power, [-0.25, 0.5, -0.25]);
    binomial = (binomial * (terms + j)) / (j + 1);
  }
  const spline = (order: number) => Array.from({ length: order }).reduce<number[]>((p) => multiply(p, [0.5, 0.5]), [1]);
  const scale = (filter: readonly number[]) => filter.map((value) => value * Math.SQRT2);
  return alignPair([scale(multiply(spline(decomposeOrder), factor)), scale(spline(reconstructOrder))]);
}

/** Fills both filters up to one even length; of odd ones the middle comes before or behind that of the length. */
function alignPair([decompose, reconstruct]: FilterPair): FilterPair {
  const longest = Math.max(decompose.length, reconstruct.length);
  const length = longest + (longest % 2);
  const fill = (filter: readonly number[], before: number) => [
    ...Array<number>(before).fill(0),
    ...filter,
    ...Array<number>(length - filter.length - before).fill(0),
  ];
  const room = (filter: readonly number[]) => (length - filter.length) / 2;
  return [fill(decompose, Math.ceil(room(decompose))), fill(reconstruct, Math.floor(room(reconstruct)))];
}

/** The sum of two polynomials with the same middle; `a` is the longer one. */
function add(a: readonly number[], b: readonly number[]): number[] {
  const before = (a.length - b.length) / 2;
  return a.map((value, i) => value + (b[i - before] ?? 0));
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const product = Array<number>(a.length + b.length - 1).fill(0);
  a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = (product[i + j] as number) + x * y)));
  return product;
}

/** Orders of the spline for putting together and of its dual, as in a wavelet's name. */
const SPLINES = ["1.1", "1.3", "1.5", "2.2", "2.4", "2.6", "2.8", "3.1", "3.3", "3.5", "3.7", "3.9"];

// Computed with 40 digits: db and sym by spectral factorisation of the half-band filter above, coif by solving its
// conditions, the biorthogonal ones by sharing out its roots. The tests prove every one by its defining properties.

/** Filters for putting together. */
const ORTHOGONAL: ReadonlyMap<string, readonly number[]> = new Map([
  ["db2", [0.48296291314453416, 0.8365163037378079, 0.2241438680420134, -0.12940952255126037]],
  [
    "db3",
    [
      0.33267055295008263, 0.8068915093110925, 0.45987750211849154, -0.13501102001025458, -0.08544127388202666,
      0.03522629188570954,
    ],
  ],
  [
    "db4",
    [
      0.2303778133088965, 0.7148465705529157, 0.6308807679298589, -0.027983769416859854, -0.18703481171909309,
      0.030841381835560764, 0.0328830116668852, -0.010597401785069032,
    ],
  ],
  [
    "db5",
    [
      0.1601023979741929, 0.6038292697971896, 0.7243085284377729, 0.13842814590132074, -0.24229488706638203,
      -0.032244869584638375, 0.07757149384004572, -0.006241490212798274, -0.012580751999081999, 0.0033357252854737712,
    ],
  ],
  [
    "db6",
    [
      0.11154074335010945, 0.4946238903984531, 0.7511339080210954, 0.31525035170919763, -0.22626469396543983,
      -0.12976686756726194, 0.09750160558732304, 0.02752286553030573, -0.03158203931748603, 0.0005538422011614961,
      0.004777257510945511, -0.0010773010853084796,
    ],
  ],
  [
    "db7",
    [
      0.07785205408500918, 0.3965393194819173, 0.7291320908462351, 0.4697822874051931, -0.14390600392856498,
      -0.22403618499387498, 0.07130921926683026, 0.08061260915108308, -0.03802993693501441, -0.01657454163066688,
      0.01255099855609984, 0.0004295779729213665, -0.0018016407040474908, 0.00035371379997452024,
    ],
  ],
  [
    "db8",
    [
      0.05441584224310401, 0.31287159091429995, 0.6756307362972898, 0.5853546836542067, -0.015829105256349306,
      -0.2840155429615469, 0.0004724845739132828, 0.12874742662047847, -0.017369301001807547, -0.044088253930794755,
      0.013981027917398282, 0.008746094047405777, -0.004870352993451574, -0.00039174037337694705, 0.0006754494064505693,
      -0.00011747678412476953,
    ],
  ],
  [
    "db9",
    [
      0.038077947363878345, 0.24383467461259034, 0.6048231236901112, 0.6572880780513005, 0.1331973858250076,
      -0.2932737832791749, -0.09684078322297646, 0.14854074933810638, 0.03072568147933338, -0.06763282906132997,
      0.00025094711483145197, 0.022361662123679096, -0.004723204757751397, -0.004281503682463429, 0.0018476468830562265,
      0.00023038576352319597, -0.0002519631889427101, 3.9347320316271596e-5,
    ],
  ],
  [
    "db10",
    [
      0.026670057900555554, 0.1881768000776915, 0.5272011889317256, 0.6884590394536035, 0.2811723436605775,
      -0.24984642432731538, -0.19594627437737705, 0.12736934033579325, 0.09305736460357235, -0.07139414716639708,
      -0.029457536821875813, 0.033212674059341, 0.0036065535669561697, -0.010733175483330575, 0.0013953517470529013,
      0.001992405295185056, -0.0006858566949597116, -0.00011646685512928545, 9.358867032006959e-5,
      -1.3264202894521244e-5,
    ],
  ],
  [
    "sym4",
    [
      0.032223100604051466, -0.012603967262031304, -0.09921954357663354, 0.29785779560530606, 0.8037387518051321,
      0.497618667632775, -0.029635527646002493, -0.07576571478950221,
    ],
  ],
  [
    "sym5",
    [
      0.019538882735249827, -0.021101834024689042, -0.17532808990805623, 0.01660210576451085, 0.633978963456792,
      0.7234076904040407, 0.1993975339768556, -0.039134249302313844, 0.02951949092570626, 0.027333068344998768,
    ],
  ],
  [
    "sym6",
    [
      -0.00780070832503238, 0.0017677118642540077, 0.04472490177078139, -0.02106029251237085, -0.07263752278637658,
      0.3379294217281658, 0.787641141028651, 0.49105594192797375, -0.04831174258569806, -0.11799011114852002,
      0.0034907120842221626, 0.015404109327044824,
    ],
  ],
  [
    "sym7",
    [
      0.010268176708464817, 0.0040102448715223955, -0.1078082377032897, -0.14004724044293365, 0.2886296317506479,
      0.7677643170048829, 0.5361019170905692, 0.017441255086835708, -0.04955283493704283, 0.06789269350122057,
      0.030515513165877885, -0.012636303403240567, -0.001047384888679738, 0.002681814568260147,
    ],
  ],
  [
    "sym8",
    [
      0.001889950332767689, -0.0003029205147241331, -0.014952258337062199, 0.0038087520138944896, 0.04913717967373029,
      -0.027219029917103486, -0.0519458381078818, 0.36444189483617895, 0.777185751699628, 0.4813596512590534,
      -0.061273359067811076, -0.14329423835127267, 0.007607487324976609, 0.03169508781152599, -0.0005421323318000107,
      -0.0033824159510050028,
    ],
  ],
  [
    "sym9",
    [
      0.0010694900329086118, -0.00047315449868004354, -0.01026406402763312, 0.008859267493400267, 0.062077789302885746,
      -0.018233770779395506, -0.19155083129728434, 0.03527248803527104, 0.6173384491409342, 0.7178970827644124,
      0.23876091460730517, -0.05456895843083335, 0.0005834627461249819, 0.030224878858275187, -0.011528210207679185,
      -0.013271967781817134, 0.0006197808889855071, 0.0014009155259146562,
    ],
  ],
  [
    "sym10",
    [
      -0.00045932942100465206, 5.703608361849501e-5, 0.004593173585311792, -0.0008043589320164513, -0.02035493981231111,
      0.00576491203358115, 0.049994972077375154, -0.03199005688242811, -0.035536740473819585, 0.3838267610670763,
      0.769510037021098, 0.4716906669384429, -0.07088053578323157, -0.1594942788849106, 0.011609893903711317,
      0.04592723923109151, -0.0014653825813046104, -0.00864129927702215, 9.563267072285273e-5, 0.0007701598091144599,
    ],
  ],
  [
    "coif1",
    [
      -0.07273261951252645, 0.33789766245748176, 0.8525720202116004, 0.3848648468648577, -0.07273261951252645,
      -0.015655728135791993,
    ],
  ],
  [
    "coif2",
    [
      0.01638733646320364, -0.04146493678687178, -0.0673725547237256, 0.38611006682276283, 0.8127236354494135,
      0.41700518442323903, -0.07648859907828075, -0.059434418646431085, 0.02368017194684777, 0.005611434819368834,
      -0.001823208870911032, -0.000720549445520347,
    ],
  ],
  [
    "coif3",
    [
      -0.0037935128643808015, 0.0077825964256727454, 0.023452696142077165, -0.06577191128146936, -0.06112339000297254,
      0.4051769024091182, 0.7937772226260872, 0.42848347637737, -0.07179982161915484, -0.08230192710629981,
      0.03455502757329773, 0.015880544863669452, -0.009007976136730624, -0.002574517688136797, 0.0011175187708306303,
      0.0004662169598204029, -7.0983302506379e-5, -3.4599773197272774e-5,
    ],
  ],
] as const);

/** Pairs that are no splines: filters for taking apart and for putting together. */
const BIORTHOGONAL: ReadonlyMap<string, FilterPair> = new Map([
  [
    "4.4",
    alignPair([
      [
        0.03782845550699546, -0.02384946501938, -0.11062440441842342, 0.37740285561265374, 0.8526986790094034,
        0.37740285561265374, -0.11062440441842342, -0.02384946501938, 0.03782845550699546,
      ],
      [
        -0.06453888262893843, -0.04068941760955844, 0.4180922732222122, 0.7884856164056644, 0.4180922732222122,
        -0.04068941760955844, -0.06453888262893843,
      ],
    ]),
  ],
  [
    "5.5",
    alignPair([
      [
        0.03968708834786253, 0.007948108637387725, -0.054463788468356235, 0.345605281955886, 0.736660181427535,
        0.345605281955886, -0.054463788468356235, 0.007948108637387725, 0.03968708834786253,
      ],
      [
        0.013456709459419522, -0.0026949668806074004, -0.13670658466396474, -0.09350469740066429, 0.47680326579781895,
        0.899506109749091, 0.47680326579781895, -0.09350469740066429, -0.13670658466396474, -0.0026949668806074004,
        0.013456709459419522,
      ],
    ]),
  ],
  [
    "6.8",
    alignPair([
      [
        0.0019088317364850261, -0.0019142861290808862, -0.0169906398676071, 0.01193456527972673, 0.049732903490937654,
        -0.07726317316721135, -0.09405920349576163, 0.42079628460983926, 0.8259229974584397, 0.42079628460983926,
        -0.09405920349576163, -0.07726317316721135, 0.049732903490937654, 0.01193456527972673, -0.0169906398676071,
        -0.0019142861290808862, 0.0019088317364850261,
      ],
      [
        0.014426282505622248, 0.014467504896774099, -0.07872200106266872, -0.040367979030381904, 0.41784910915032025,
        0.7589077294537632, 0.41784910915032025, -0.040367979030381904, -0.07872200106266872, 0.014467504896774099,
        0.014426282505622248,
      ],
    ]),
  ],
]);
