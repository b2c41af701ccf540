"""English word classes for the tagger: closed ones in full, open ones as far as academic prose needs."""

from __future__ import annotations

from typing import Final

# Words that no noun phrase holds: articles, prepositions, pronouns, auxiliaries, adverbs.
_CLOSED = """
a able about above according across after again against ago al albeit all almost along already also
although altogether always am amid among amongst an and another any anything anyway apart are around
as at away back be because been before behind being below beneath beside besides between beyond both
but by can cannot concerning could despite did different do does doing done down due during e.g each
eight either else enough especially et etc even ever every everyone everything far few finally first
firstly five for forth four from furthermore had has have having he hence her here hereby him
himself his how however hundred i i.e if in including indeed inside instead into is it it's its
itself just kind kinds last lastly later least less let lets like likewise lot lots mainly many may
maybe me meanwhile might more moreover most much must my namely near nearly neither never
nevertheless next nine no nobody nonetheless nor not notably nothing now of off often on once one
ones oneself only onto onward or other others otherwise our ourselves out outside over owing own
particularly per perhaps prior quite rather recently regarding respectively roughly same second
secondly seven several shall she should similarly since six so some someone something sometimes soon
sort sorts still subsequent such ten than that the their them themselves then there thereby
therefore therein thereof these they third this those though thousand three through throughout thus
to today together too toward towards twice two unable under unless unlike until up upon us usually
various versus very via vs was we well were what whatever when whenever where whereas whereby
wherein wherever whether which whichever while who whom whose why will with within without would yet
you your zero
"""
CLOSED: Final = frozenset(_CLOSED.split())

# Base forms of verbs of academic prose.
_VERBS = """
accept accommodate accompany accomplish account achieve acquire act adapt add address adjust admit
adopt advocate affect afford agree aim alleviate allocate allow alter analyse analyze announce
answer appear apply appreciate argue arise arrange ask assert assess assign assist associate assume
assure attain attempt attract automate avoid await base become begin behave believe belong bring
build calculate call carry cause characterise characterize choose cite claim clarify classify
combine come commence compare compensate compete compile complement complete comprise compute
concern conclude conduct confirm consider consist constitute constrain construct contain continue
contribute converge convert convey cope correct correspond create deal decide decompose decrease
define deliver demonstrate denote depend depict deploy derive describe deserve determine develop
devise differ differentiate discover discuss display distinguish divide draw elaborate eliminate
embed emerge emphasise emphasize employ enable encompass encounter encourage enhance ensure entail
equal equip establish estimate evaluate evolve examine exceed exhibit exist expand expect experience
explain exploit explore expose extend extract facilitate fail fall feature find fit follow formulate
foster fulfil fulfill gain gather generalise generalize generate get give go govern grow guarantee
guide handle happen help hold identify illustrate imagine implement imply impose improve include
incorporate increase incur indicate induce infer influence inform inherit initiate inspect integrate
intend interact introduce invent investigate involve keep know lack lead learn leave lie locate look
lose maintain make manage map maximise maximize mean meet minimise minimize mitigate modify motivate
move necessitate neglect obey obtain occur offer operate optimise optimize organise organize
originate outline outperform overcome overview owe participate perform permit point portray pose
possess postulate predict prefer prepare prescribe present preserve presume prevent proceed produce
promise promote propose prove provide publish pursue put raise reach read realise realize receive
recognise recognize recommend reconcile reconstruct reduce refer reflect regard reject relate relax
rely remain remove render replace report represent reproduce require resemble resolve respond result
retain retrieve return reveal review run satisfy say see seek seem select send separate serve set
share show simplify simulate solve specify stand start state stem stress study submit succeed suffer
suffice suggest suit summarise summarize supply support suppose surpass tackle take tell tend think
transform transmit treat try turn undergo underlie understand undertake unify update use utilise
utilize validate vary verify view want warrant work worsen write yield
"""
VERBS: Final = frozenset(_VERBS.split())

# Base forms that are as often nouns; context decides.
_BOTH = """
account act address aim answer approach attempt base benefit cause challenge change claim code
combine comment compete compound compromise concern conduct conflict contact contract contrast
control copy correct cost count cover cut damage debate decrease delay demand design display
document dose draw drive drop effect end escape estimate exchange exhibit experience experiment
exploit extend extract factor fall feature filter fit flow focus force form function gain group
guarantee guide handle head help hold host image impact increase index influence input interest
interface issue journey judge jump key label lack lead level lift light limit line link list load
lock log look loop loss map mark market mask match matter mean measure mind mine mix model move name
need network noise note number object offer order outline output overview pack page pair part pass
path pattern pay peak perfect permit phase pick picture pilot place plan play plot point pool
position power practice present press price print process produce profile profit program progress
project promise prompt purchase purpose push query question race radio raise range rank rate reach
read reason record reference regard register release remark report request research rest result
return review reward ride ring rise risk rock role root route rule run sail sale sample scale scan
schedule scope score screen seal search seat seed sense separate sequence set shape share shift ship
shock shop shot show sign signal site size skill slice slide smooth sort sound source space span
speech speed spin split spot spread stage stamp stand standard start state stay stem step storage
store stream stress strike string strip structure study subject supply support survey switch tag
talk tape target task taste teach team tend test text time title tool top total touch tour tower
town trace track trade train transfer transform transport travel treat tree trend trial trick trust
try turn type update use value view visit voice vote wait walk want watch wave way web weight win
wish word work yield
"""
BOTH: Final = frozenset(_BOTH.split())

# Irregular past forms.
_IRREGULAR = """
arisen arose became become began begun borne bought broke broken brought built caught chose chosen
dealt done drawn drew driven drove fallen fell felt fought found gave given gives gone got gotten
grew grown held hidden kept knew known laid lain lay led left lost made makes meant met overcame
overcome paid put ran read run said saw seen sent set showed shown spoke spoken stood taken takes
thought told took understood undertaken went written wrote
"""
IRREGULAR: Final = frozenset(_IRREGULAR.split())

# Words that say nothing at the head of a phrase.
_GENERIC = """
above-mentioned acceptable actual additional adequate adopted aforementioned alternative analytic
apparent applied appropriate associated attractive available basic best better broad broader called
central certain chosen close commercial common complete complex comprehensive considerable
considered contemporary conventional corresponding crucial current derived described desirable
desired detailed developed different difficult dramatic early easy effective efficient emerging
employed enhanced enormous entire envisaged essential ever excellent existing expected extended
extensive extra fast final first former full fundamental further future general given good great
greater growing hard high higher huge important improved increasing individual inherent initial
intended interesting introduced key known large larger late latest latter little long low lower main
major many mentioned modern necessary new newly novel numerous observed obtained obvious old
ordinary original overall particular popular positive possible potential powerful practical
preliminary present presented previous promising proper proposed quick real reasonable recent
related relative relevant remarkable reported required respective resulting right said same
satisfactory second selected serious several short significant similar simple single small smaller
so-called sophisticated sought special specific straightforward substantial successful sufficient
suggested suitable systematic third today's traditional tremendous true typical underlying unique
unknown unusual used useful usual various vast well-known whole wide wide-ranging wider young
"""
GENERIC: Final = frozenset(_GENERIC.split())

# Nouns that say nothing at its end: a phrase that ends so is no keyword.
_EMPTY_ENDS = """
ability absence addition advantage advantages amount area areas article aspect aspects attempt
attempts attention author authors benefit benefits case cases conclusion conclusions consequence
consequences contribution contributions day days degree difficulties difficulty disadvantage
discussion drawback effort efforts example examples extent fact facts fashion form forms goal goals
idea ideas implication implications importance interest introduction issue issues kind kinds lack
majority manner means month months need needs number numbers order paper papers part parts people
point points possibility presence purpose purposes question questions range reason reasons result
results role roles section sections set situation situations step steps studies study success term
terms thing things time times topic topics type types use uses variety view views way ways week
weeks work works year years
"""
EMPTY_ENDS: Final = frozenset(_EMPTY_ENDS.split())

# Adjectives that no ending betrays.
_ADJECTIVES = """
able abstract acoustic active actual acute additional adequate alternative ambiguous apparent
appropriate arbitrary artificial automatic available average aware bad basic beneficial best better
big binary bright broad capable careful central certain cheap clean clear clinical close coarse
cognitive cold common compact comparable compatible competitive complementary complete complex
comprehensive computational concrete concurrent consistent constant continuous convenient
conventional convex correct crucial current daily deep dense dependent desirable detailed different
difficult digital direct discrete distinct diverse dynamic early easy economic effective efficient
elastic electric electronic elegant empirical equal equivalent essential evident exact excellent
existing expensive experimental explicit extensive external extra extreme fair familiar famous fast
feasible final fine finite firm first flat flexible foreign formal free fresh full fundamental
further future fuzzy general generic global good gradual graphical great happy hard heavy high
homogeneous horizontal hot huge human hybrid ideal identical illegal immediate implicit important
impossible independent individual inexpensive infinite inherent initial innovative intelligent
intense interactive interesting internal invalid invariant joint just key large late latent lateral
lexical light likely linear local logical long loose low main major mandatory manual many maximal
maximum mechanical medical medium mental mere mild minimal minimum minor mobile modern modest
modular mutual narrow native natural necessary negative neural new nice noisy nonlinear normal
notable novel numerical numerous obvious old open optical optimal optimum optional ordinary original
other overall parallel partial particular past perfect periodic permanent personal physical poor
popular positive possible potential powerful practical precise preliminary present previous primary
principal prior private probable profound prominent promising proper public pure quick quiet random
rapid rare raw ready real realistic reasonable recent regular related relative relevant reliable
remarkable remote rich right rigid rigorous robust rough sane satisfactory secondary secure semantic
sensitive separate serial serious severe shallow sharp short significant similar simple simultaneous
single slight slow small smart smooth social soft solid sophisticated sparse spatial special
specific square stable standard static stationary statistical steady stochastic straightforward
strict strong structural subjective subsequent substantial successful sufficient suitable superior
sure symbolic symmetric synchronous syntactic systematic tall technical temporal tight tiny total
traditional typical ultimate unable uncertain unique universal unknown unlikely unusual urgent
useful useless usual vague valid valuable variable vast verbal vertical viable virtual visible
visual vital weak whole wide worth wrong young
"""
ADJECTIVES: Final = frozenset(_ADJECTIVES.split())

# Words in -ly that are no adverbs.
_NOT_ADVERBS = """
ally anomaly apply assembly belly bully butterfly comply costly daily early elderly family fly
friendly homily hourly imply italy jelly july likely lively monopoly monthly multiply only orderly
poly rely reply scholarly supply timely user-friendly weekly yearly
"""
NOT_ADVERBS: Final = frozenset(_NOT_ADVERBS.split())

# Gerunds that name a thing (processing, learning) rather than an act (using, showing).
_NOUN_GERUNDS = """
accounting addressing advertising aging aliasing annealing backtracking banking bargaining blending
blurring boosting branching branding browsing buffering building caching casting cataloging
cataloguing chatting checking classifying clipping cloning clustering coating coding coloring
comparing compiling compositing computing conditioning conferencing consulting contracting
controlling cooling counseling counselling coupling crawling crossing cutting damping debugging
decoding dithering diving drawing drilling embedding encoding engineering ensembling fading feeding
filing filtering financing finding fishing fitting folding forecasting forging framing funding
gambling gaming grading graphing grinding grouping hardening hashing hearing heating hedging imaging
indexing interleaving joining kriging labeling labelling landing learning lending lettering
licensing lighting linking listening living loading locking logging machining mailing manufacturing
mapping marketing masking matching meaning melting merging messaging milling mining mixing modeling
modelling monitoring morphing multicasting multiplexing multitasking navigating networking numbering
nursing offspring opening ordering outsourcing packaging painting parsing partitioning patterning
peering phishing planning plotting polling pooling positioning pricing printing processing profiling
programming prototyping provisioning pruning publishing purchasing quenching querying queueing
queuing ranking rating reading reasoning recycling refining rendering replicating reporting
restructuring retailing ripping rolling routing sampling scaling scanning scattering scheduling
scoring screening searching seeding segmenting sensing sequencing servicing setting shading sharing
shipping shopping signaling signalling simulating sintering sizing slicing smoothing sorting
sourcing spamming sparring spelling splitting spraying sputtering staffing steering stemming
streaming structuring summing surfing surveying switching tagging targeting teaching
teleconferencing testing thinking thresholding timing tracing tracking trading trafficking training
traveling tuning tunneling turning tutoring understanding updating videoconferencing viewing voting
warehousing warping watermarking wedding weighting welding winning wiring wording working writing
zooming
"""
NOUN_GERUNDS: Final = frozenset(_NOUN_GERUNDS.split())

# Words in -ing that are no gerunds.
_NOT_GERUNDS = """
string spring bring during thing nothing something everything anything wing king ring ceiling
evening morning
"""
NOT_GERUNDS: Final = frozenset(_NOT_GERUNDS.split())

# Words in -ed that are no participles.
_NOT_PARTICIPLES = """
speed need feed seed embed exceed breed weed bleed indeed
"""
NOT_PARTICIPLES: Final = frozenset(_NOT_PARTICIPLES.split())

# Nouns with the ending of an adjective.
_NOUNS_LIKE_ADJECTIVES = """
additive adjective alternative animal appraisal approval archive arithmetic arrival binary boundary
cable capital channel characteristic clinic commentary criminal critic crystal cubic denial
derivative detective diary dictionary directive disposal drive ethic executive exponential fabric
february festival glossary goal heuristic hospital incentive individual initiative integral interval
january journal library logic magic manual material mechanic metal metric mosaic motive music
narrative native objective original perspective plastic polynomial portal potential primitive
professional proposal public rational referral rehearsal removal renewal representative retrieval
rival salary secretary signal statistic summary survival table terminal topic traffic trial tutorial
variable vocabulary withdrawal
"""
NOUNS_LIKE_ADJECTIVES: Final = frozenset(_NOUNS_LIKE_ADJECTIVES.split())

# Adjectives in -ar.
_ADJECTIVES_AR = """
linear nonlinear similar regular molecular cellular particular modular nuclear circular planar
angular bilinear singular popular irregular polar binocular vascular
"""
ADJECTIVES_AR: Final = frozenset(_ADJECTIVES_AR.split())

# What follows a verb and not a noun.
_DETERMINERS = """
a all an any both each every her him his how it its my no one our some such that the their them
these this those us what whether which your
"""
DETERMINERS: Final = frozenset(_DETERMINERS.split())

# Words that a finite verb follows.
_SUBJECTS = """
he i it she they we you
"""
SUBJECTS: Final = frozenset(_SUBJECTS.split())

# Words that a base form follows.
_BEFORE_VERBS = """
can cannot could did do does he i it let may might must not shall she should that they to we which
who will would you
"""
BEFORE_VERBS: Final = frozenset(_BEFORE_VERBS.split())

# Words that make a participle a verb.
_AUXILIARIES = """
am are be been being get gets had has have is was were
"""
AUXILIARIES: Final = frozenset(_AUXILIARIES.split())

# Words that a verbal gerund follows.
# Gerunds that are verbs wherever they stand.
_VERBAL_GERUNDS = """
according achieving allowing applying based becoming being building combining comparing concerning
considering consisting containing creating depending describing determining developing discussing
employing enabling ensuring establishing examining exploiting exploring extending finding following
generalizing getting giving going having identifying improving including incorporating increasing
introducing investigating involving leading making obtaining presenting producing proposing
providing reducing regarding requiring resulting showing taking using
"""
VERBAL_GERUNDS: Final = frozenset(_VERBAL_GERUNDS.split())
