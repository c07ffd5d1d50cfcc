"""Every limit of the program on one page."""

# Inputs
MAX_FILE_BYTES = 200 * 1024**2
MAX_CASE_BYTES = 1024**3
MAX_PAGES_PER_FILE = 2_000
MAX_PAGE_PIXELS = 100_000_000
MAX_YAML_BYTES = 1024**2
MAX_YAML_DEPTH = 50

# Disk
WORK_BYTES = 12 * 1024**2  # of a build, beside WORK_OF_INPUTS times its documents
WORK_OF_INPUTS = 3
LEAST_FREE_BYTES = 1024**2  # with less, what fails has failed for want of room

# Children
READER_SECONDS = 60
READER_SECONDS_PER_PAGE = 2
READER_MEMORY_BYTES = 2 * 1024**3
OCR_SECONDS_PER_PAGE = 120
OCR_MEMORY_BYTES = 2 * 1024**3
SOFFICE_SECONDS = 60
SOFFICE_MEMORY_BYTES = 4 * 1024**3
LETTERS_OF_AN_OFFICE = 100  # then a LibreOffice that is kept is replaced: its memory grows
RENDER_SECONDS = 60
RENDER_MEMORY_BYTES = 2 * 1024**3
BESIDE_SECONDS = 120
BESIDE_MEMORY_BYTES = 2 * 1024**3
PROBE_SECONDS = 10
GRACE_SECONDS = 5

# Reading
OCR_DPI = 300
OCR_LOWEST_DPI = 150
LOW_OCR_CONFIDENCE = 60.0
HANDWRITTEN_BELOW = 40.0
LOW_OCR_CONFIDENCE_NUMBERS = 85.0

# Rules
MOST_COLUMNS = 300  # at which a word may stand: blanks between words cost rules most
LONGEST_LINE = 1_000  # characters of a page's text: paper holds no more, and rules take their time with more
LONGEST_PASSAGE = 2_000  # characters that are read as one sentence
POLICY_STALE_AFTER_DAYS = 180

# Packet
SHORT_NOTE_PAGES = 6  # a note this short goes in whole when a page of it is cited

# Letters
QUOTE_CHARACTERS = 240
QUOTES_OF_A_TOPIC = 4
LETTER_BYTES = 20 * 1024**2

# Review page
IDLE_SECONDS = 15 * 60
HERE_SECONDS = 15.0  # a page that was not heard of for this long is closed
MAX_BODY_BYTES = 512 * 1024  # of a form
SHORTEST_PASSWORD = 15  # NIST SP 800-63B-4 where a password is all that is asked
LOGIN_TRIES = 5  # wrong passwords of a user within LOGIN_SECONDS
LOGIN_TRIES_OF_ADDRESS = 20  # and from one computer
LOGIN_SECONDS = 15 * 60
CASES_OPEN = 8  # whose pages are kept at hand
FILES_OPEN = 8  # of those that wait to be filed

# Cache
PAGE_CACHE_BYTES = 2 * 1024**3

# Watched folder
QUIET_SECONDS = 5.0  # a file must have stood still that long
UNFINISHED_SECONDS = 300.0  # and that long when its format says that its end is missing
TICK_SECONDS = 0.25  # between two looks while something is still growing
POLL_SECONDS = 5.0  # between two looks at a share that tells of no changes
RESCAN_SECONDS = 60.0  # between two looks when nothing was told
LEDGER_SECONDS = 30.0
INBOX_DEPTH = 5
MAX_TRIES = 5
MAX_ARCHIVE_MEMBERS = 1_000
MAX_ARCHIVE_BYTES = 1024**3
MAX_ARCHIVES_IN_ARCHIVES = 2
ARCHIVE_SECONDS = 120

# Many cases
BATCH_CASE_SECONDS = 30 * 60
BATCH_MEMORY_BYTES = 4 * 1024**3  # as much as its LibreOffice may have: a child's limit is its children's, too
CLUSTER_SECONDS = 10.0
CLUSTER_TRIES = 3
