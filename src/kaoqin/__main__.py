import sys

from kaoqin.cli import main

sys.exit(main())
