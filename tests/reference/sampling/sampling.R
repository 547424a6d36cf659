# Inclusion probabilities, probabilities of pairs and frequencies of Brewer's draw; power and size for two proportions.
# Run: Rscript sampling.R > sampling.expected.csv   (R 4.2.2, sampling 2.9)
suppressMessages(library(sampling))
say <- function(name, values) for (i in seq_along(values)) cat(sprintf("%s,%d,%.15g\n", name, i, values[i]))
cat("quantity,position,value\n")
x <- c(2, 3, 5, 8, 13, 21, 34)
pik <- inclusionprobabilities(x, 3)
say("probabilities_mild", pik)
say("probabilities_certainty", inclusionprobabilities(c(1, 2, 3, 4, 5, 50), 3))
say("systematic_pairs", as.vector(t(UPsystematicpi2(pik))))
set.seed(20180320)
for (case in list(list("two", c(.2, .35, .4, .45, .6)), list("three", c(.25, .5, .6, .75, .9)))) {
  pairs <- matrix(0, 5, 5)
  for (i in 1:200000) { s <- UPbrewer(case[[2]]); pairs <- pairs + outer(s, s) }
  say(paste0("brewer_frequency_", case[[1]]), as.vector(t(pairs / 200000)))
}
say("power_two_rounds", power.prop.test(n = 12000, p1 = .011, p2 = .015, strict = TRUE)$power)
say("size_two_rounds", power.prop.test(p1 = .011, p2 = .015, power = .8)$n)
