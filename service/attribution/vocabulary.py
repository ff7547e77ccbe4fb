"""The words that news prose names people, bodies and groups with, in lower case."""


def words(listed: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(listed.split())


PRONOUNS = words("he she they it i we who")
PARTICLES = words("al bin ibn van von de der den del della di da la le ben abu ter ten dos du")
HONORIFICS = words("mr mrs ms miss dr prof sir dame lord lady rev hon st the")
TITLES = words(
    """
    sen rep gov lt col gen maj brig capt sgt adm cmdr del amb pres atty supt det cpl pvt cllr president
    vice prime minister mayor councillor councilman councilwoman secretary senator governor congressman
    congresswoman chairman chairwoman judge justice chief director coach commander king queen pope
    prince princess brigadier major general lieutenant lieutenant-general colonel captain sergeant
    admiral archbishop bishop cardinal father imam sheikh ayatollah ambassador speaker representative
    professor officer detective inspector chancellor premier deputy-mayor attorney marshal
    """
)
RANKS = words(
    """
    sen rep gov lt col gen maj brig capt sgt adm brigadier major general lieutenant lieutenant-general
    colonel captain sergeant admiral
    """
)
RELATIONS = words(
    """
    rival predecessor successor wife husband son daughter brother sister mother father friend deputy
    supporter fellow
    """
)
ROLES = words(
    """
    spokesman spokeswoman spokesperson official officer director manager engineer master commander
    minister inspector mayor treasurer head chairman chairwoman chair candidate senator analyst
    professor leader strategist consultant lawyer adviser advisor editor author president secretary
    governor representative congressman congresswoman economist pollster aide surrogate supporter
    founder owner chief executive ceo journalist reporter correspondent host anchor columnist writer
    activist organizer organiser delegate voter nominee frontrunner contender challenger incumbent
    operative donor billionaire businessman businesswoman mogul tycoon developer attorney prosecutor
    sheriff judge general coach captain player scientist researcher historian scholar fellow expert
    teacher student nurse doctor physician surgeon worker farmer miner veteran soldier ambassador
    diplomat envoy counsel moderator comedian actor actress singer pastor priest bishop rabbi imam
    caretaker clockmaker firefighter policeman policewoman detective councillor councilman councilwoman
    predecessor successor rival deputy wife husband son daughter brother sister mother father friend
    spokespersons lawmaker legislator member commissioner principal dean chancellor premier star pundit
    commentator blogger democrat republican
    """
)
MODIFIERS = words(
    """
    former then now acting deputy vice senior junior chief top longtime veteran campaign state press
    prime foreign defence defense interior national political fellow retired presidential
    vice-presidential city county federal general communications police fire harbour harbor plant town
    university conservative liberal progressive party house white staff managing executive associate
    assistant founding lead co-founder co-chairman medical district trade union labour labor research
    finance trial election media budget health communication digital policy economic education law club
    team
    """
)
GROUPS = words(
    """
    officials police people protesters supporters critics experts analysts aides advisers lawyers voters
    prosecutors investigators authorities democrats republicans lawmakers residents witnesses scientists
    researchers doctors organisers organizers strategists economists reporters journalists activists
    demonstrators neighbours neighbors workers students parents teachers members leaders senators
    observers commentators sources relatives soldiers militants rebels campaigners conservatives sides
    spokespeople spokesmen pollsters crowd fans opponents firefighters officers commanders ministers
    diplomats
    """
)
BODIES = words(
    """
    university ministry department party command authority news house court union committee hospital
    council agency association commission congress senate parliament government institute foundation
    center centre bank company group campaign administration office times post journal press network
    fund organisation organization corporation inc service bureau board league federation forces army
    army's brigade club school college church magazine radio tv television statement states nations
    foods fbi cia nato isis un eu gop dnc rnc cnn nbc abc cbs fox msnbc bbc ap reuters afp
    """
)
PLACES = words("street lane bridge road avenue square island river city county hall quay town")
DOCUMENTS = words(
    """
    statement report paper document documents survey poll study account log letter reports reading area
    figures data results ad video article story headline tweet sign law bill spot
    """
)
DETERMINERS = words(
    """
    the a an his her its their our my this that these those one another some many several two three four
    five both each every most other few no any all
    """
)
PREPOSITIONS = words("of for from at with in within on to by against among near under about")
NOT_NAMES = words(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july
    august september october november december but and or so yet if when while as after before since
    although though because however then also still now on in at by for from to of with according asked
    speaking there here yes no not what why how where which that this these those it is was were
    meanwhile later earlier yesterday today last next both even just only once until instead despite
    during indeed moreover nevertheless nonetheless additionally finally first second third photo
    photograph image
    """
)
FEMALE = words(
    """
    hillary melania ivanka elizabeth kellyanne michelle carly jill chelsea megyn nancy susan sarah mary
    anna anne emma laura julia maria linda barbara jennifer patricia karen lisa sandra donna carol ruth
    sharon kimberly deborah jessica amy angela rebecca kathleen katrina katie kate debbie loretta huma
    cheryl dana joanna rosalind lena maud carla anneke beate thea fenna delphine ines leonie mirela
    salma fatima leila layla noor aisha zainab jane alice diana helen rachel theresa christine claire
    emily heidi jan judith julie kelly kristen lucy margaret marie martha monica natalie nicole olivia
    pamela paula robin sally samantha sonia sophie stephanie tamara teresa victoria wendy cecile symone
    brianna jenna cokie tammy valerie gloria eleanor kathy judy joan ann betty debra carolyn candace
    halle lorella melanie catherine
    """
)
MALE = words(
    """
    donald bernie barack ted marco jeb bill mike ben john rand chris paul george tim joe mitt newt rick
    lindsey david james robert michael william richard thomas charles steve stephen kevin mark brian
    andrew peter joseph daniel matthew anthony eric jeff jeffrey scott gary greg gregory larry jason
    ryan jacob nicholas frank ronald roger reince corey tom dan sean jim bob ed harry howard jerry jake
    josh ken karl keith matt martin nigel patrick philip rudy rudolph russell sam samuel stuart terry
    tony vladimir walter wolf yahya ahmed ali hassan hussein ibrahim jabbar khalid mohammed muhammad
    mustafa osman othman tahsin masoud bakhtyar nechirvan dieter henrik idris oskar gregor bruno javi
    tomas viktor edwin jonas tarik anselm perran alan adam alex alexander arthur benjamin bobby brad
    bruce carl christopher craig dennis doug douglas edward ernest evan francis fred glenn henry hugh
    ian jack jay jared jonathan jordan justin kenneth lawrence lee leon louis luke marc max nate nathan
    neil nick norman oliver oscar phil ralph ray raymond roy simon todd tucker vincent warren wayne pete
    chuck
    """
)
