from nanhu.cli import main

main()
