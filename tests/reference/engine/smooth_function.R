# Functions of totals with R's svycontrast. Run from this folder, after stratified_clusters.R: Rscript smooth_function.R
suppressMessages(library(survey))
data <- read.csv("stratified_clusters.csv")
data$one <- 1
d <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = data, nest = TRUE, fpc = ~psu_population)
t <- svytotal(~displaced + members + one, d)
expressions <- c("1000 * displaced / (members - 0.5 * one)", "log(members / one)", "sqrt(displaced) * one ** 2 / members ** 1.5",
                 "exp(-displaced / one) + displaced / members")
result <- do.call(rbind, lapply(expressions, function(e) {
  s <- svycontrast(t, parse(text = gsub("**", "^", e, fixed = TRUE))[[1]])
  data.frame(expression = e, estimate = sprintf("%.17g", coef(s)), se = sprintf("%.17g", SE(s)))
}))
con <- file("smooth_function.expected.csv", "w")
writeLines(sprintf("# %s, survey %s, script smooth_function.R", R.version.string, packageVersion("survey")), con)
write.csv(result, con, row.names = FALSE, quote = FALSE)
close(con)
